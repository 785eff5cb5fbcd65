import { setTimeout as pause } from "node:timers/promises";
import { FaultyProxy } from "../../support/faulty-proxy.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import type { Subject } from "./subject.ts";

/** What is asked, besides heartbeats. */
const MOST_PER_MINUTE = 2;

/** What a node that has found everybody goes on asking of its registry. */
export async function measureRest(subject: Subject, seconds: number, verdicts: Verdicts): Promise<void> {
  await using server = await subject.registry.start({});
  const cleanups: (() => void | PromiseLike<void>)[] = [];
  const proxy = await FaultyProxy.start(server.port, (act) => cleanups.push(act), {
    counter: subject.registry.counter,
  });
  const discovery = subject.registry.create(subject.options("orders", proxy.port));
  const listings = discovery.subscribe()[Symbol.asyncIterator]();
  await listings.next();
  const instance = { host: "10.77.0.1", port: 7337, id: "node-1" };
  if (discovery.announce) await discovery.announce(instance);
  else await server.put("orders", [instance]);
  await listings.next();
  const count = async () => (await subject.requests?.(server)) ?? proxy.requests;
  const [requests, accepted] = [await count(), proxy.accepted];
  if (requests === 0) throw new Error("nothing has been counted, although it has asked for what it was told");
  const change = listings.next();
  // What went wrong meanwhile is told below.
  change.catch(() => {});
  await pause(seconds * 1000);
  const perMinute = 60 / seconds;
  const asked = ((await count()) - requests) * perMinute;
  const heartbeats = subject.heartbeatMs === undefined ? 0 : 60_000 / subject.heartbeatMs;
  console.log(`\nAt rest for ${seconds} s, per minute and node`);
  console.log(`  ${asked.toFixed(1)} requests, of which ${heartbeats.toFixed(1)} are heartbeats`);
  console.log(`  ${((proxy.accepted - accepted) * perMinute).toFixed(1)} new connections`);
  // Whoever has heard of nothing for so long still hears of what changes then.
  await server.put("orders", [{ ...instance, host: "10.77.0.2", id: "node-2" }]);
  await change;
  console.log("  and then a change, which was heard of");
  verdicts.atMost("requests besides heartbeats", Math.max(0, asked - heartbeats), MOST_PER_MINUTE, " a minute");
  await discovery[Symbol.asyncDispose]();
  for (const act of cleanups) await act();
}
