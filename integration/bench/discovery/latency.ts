import type { Listing } from "@rollcall/core";
import type { RegistryServer } from "../../registries/registry.ts";
import { median } from "../lib/statistics.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import type { Subject } from "./subject.ts";

/** What is asked: not more than this beyond the bare client, whichever is more. */
const WITHIN_MS = 0.2;
const WITHIN_TIMES = 1.2;
/** Connections, caches and compiled code settle first. */
const WARM_UP = 50;
/** A change that has not come by then has been missed, in milliseconds. */
const LIMIT_MS = 10_000;

/** Somebody who waits for changes of one service. */
class Watcher {
  #awaited: { id: string; seen: (at: number) => void } | undefined;

  see(id: string): void {
    if (id === this.#awaited?.id) this.#awaited.seen(performance.now());
  }

  isAwaiting(listing: Listing): void {
    const { id } = this.#awaited ?? {};
    if (id !== undefined && listing.some((instance) => instance.id === id)) this.see(id);
  }

  /** Resolves with when it was seen. */
  awaits(id: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`a change was not seen within ${LIMIT_MS} ms`)), LIMIT_MS);
      const seen = (at: number) => {
        clearTimeout(limit);
        resolve(at);
      };
      this.#awaited = { id, seen };
    });
  }
}

/**
 * From a change in the registry, made by another client, to whoever watches: alternately our subscriber and the bare
 * client, each with a service of its own, so that neither has to wait for the other to be told.
 */
export async function measureLatency(subject: Subject, changes: number, verdicts: Verdicts): Promise<void> {
  await using server = await subject.registry.start({});
  const ours = await startOurs(subject, server);
  const bare = new Watcher();
  const stop = await subject.watch(server, "bare", (id) => bare.see(id));
  const times = { ours: [] as number[], bare: [] as number[] };
  const change = async (service: "ours" | "bare", number: number) => {
    const id = `node-${number}`;
    const seen = { ours: ours.watcher, bare }[service].awaits(id);
    const startedAt = performance.now();
    const put = server.put(service, [{ host: "10.77.0.1", port: 7000 + (number % 1000), id }]);
    const tookMs = (await seen) - startedAt;
    await put;
    await server.remove(service, [{ host: "10.77.0.1", port: 7000 + (number % 1000), id }]);
    return tookMs;
  };
  for (let number = 0; number < WARM_UP + changes; number++) {
    const order = number % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
    for (const service of order) {
      const tookMs = await change(service, number);
      if (number >= WARM_UP) times[service].push(tookMs);
    }
  }
  await stop();
  await ours.stop();

  const [mine, floor] = [median(times.ours), median(times.bare)];
  console.log(`\nFrom a change to whoever watches, ${changes} changes each, milliseconds`);
  for (const [name, values] of Object.entries(times)) console.log(`  ${name.padEnd(5)} ${quantiles(values)}`);
  verdicts.atMost("change to subscriber, median", mine, Math.max(floor * WITHIN_TIMES, floor + WITHIN_MS), " ms");
}

async function startOurs({ registry, options }: Subject, server: RegistryServer) {
  const discovery = registry.create(options("ours", server.port));
  const watcher = new Watcher();
  const listings = discovery.subscribe()[Symbol.asyncIterator]();
  await listings.next();
  void (async () => {
    for (let next = await listings.next(); !next.done; next = await listings.next()) watcher.isAwaiting(next.value);
  })();
  return { watcher, stop: () => discovery[Symbol.asyncDispose]() };
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] as number).toFixed(2);
  return `median ${median(values).toFixed(2)}  10 % ${at(0.1)}  90 % ${at(0.9)}  99 % ${at(0.99)}`;
}
