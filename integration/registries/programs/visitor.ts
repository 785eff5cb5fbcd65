/**
 * `visitor.ts OPTIONS`: subscribes, and announces if it is given something; see {@link VisitorOptions}. Writes each
 * listing as a line of JSON, on SIGUSR2 the size of its heap, and moves its time of day on SIGHUP. On SIGTERM it disposes
 * everything, and then ends if nothing was left behind.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  type Announcer,
  exponentialBackoff,
  isDiscoveryError,
  type ServiceDiscovery,
  type ServiceInstance,
  supervise,
} from "@rollcall/core";
import type { Said, VisitorOptions } from "../visitor.ts";

const ANNOUNCE_AGAIN_MS = 200;
const HOUR_MS = 3_600_000;
const SHIFTS_MS = [HOUR_MS, -24 * HOUR_MS];
const RealDate = Date;
let jumps = 0;

const { module, factory, options, announce } = JSON.parse(process.argv[2] ?? "") as VisitorOptions;
const say = (said: Said) => void process.stdout.write(`${JSON.stringify(said)}\n`);

const { [factory]: create } = (await import(module)) as Record<
  string,
  (options: object) => ServiceDiscovery & Announcer
>;
if (create === undefined) throw new Error(`${module} has no ${factory}`);
const discovery = supervise(create(options), {
  backoff: exponentialBackoff({ initialMs: 100, factor: 2, maxMs: 1_000 }),
  onChange({ state, lastError }) {
    if (state === "retrying" && lastError) say({ kind: "trouble", code: lastError.code });
  },
});

process.once("SIGTERM", async () => {
  // What could not be withdrawn, because the registry is away, is reported and goes with its time to live.
  await discovery[Symbol.asyncDispose]?.();
  say({ kind: "disposed" });
});
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  say({ kind: "heap", bytes: process.memoryUsage().heapUsed });
});
process.on("SIGHUP", jump);

if (announce) void announceUntilItIsThere(announce);
for await (const listing of discovery.subscribe()) {
  say({ kind: "listing", ids: listing.map(({ id, host }) => id ?? host).sort() });
}

/** As a cluster does. */
async function announceUntilItIsThere(self: ServiceInstance): Promise<void> {
  for (;;) {
    try {
      await discovery.announce(self, { report: ({ message }) => console.error(message) });
      return say({ kind: "announced" });
    } catch (error) {
      console.error((error as Error).message);
      if (isDiscoveryError(error) && error.code === "DISPOSED") return;
      await pause(ANNOUNCE_AGAIN_MS);
    }
  }
}

/** Takes it for an hour later than it is, and the next time for a day earlier. */
function jump(): void {
  const shiftMs = SHIFTS_MS[jumps++ % SHIFTS_MS.length] as number;
  globalThis.Date = class extends RealDate {
    constructor(...parts: []) {
      super(...(parts.length === 0 ? ([RealDate.now() + shiftMs] as unknown as []) : parts));
    }
    static override now(): number {
      return RealDate.now() + shiftMs;
    }
  } as DateConstructor;
}
