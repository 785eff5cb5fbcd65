import { describe, expect, it } from "vitest";
import { type DiscoveryDefinition, type DiscoveryError, defineDiscovery, type Listed } from "../src/index.js";
import { Consumer } from "./support/consumer.js";
import { seededRandom } from "./support/seeded-random.js";
import { VirtualClock } from "./support/virtual-clock.js";

/** A discovery with only a lookup, and when it was asked. */
function polled(answer: (poll: number) => Awaited<ReturnType<Required<DiscoveryDefinition>["lookup"]>>, rest = {}) {
  const clock = new VirtualClock();
  const askedAt: number[] = [];
  const abort = new AbortController();
  const discovery = defineDiscovery({
    name: "polled",
    clock,
    random: () => 0,
    async lookup() {
      askedAt.push(clock.now());
      return answer(askedAt.length);
    },
    ...rest,
  });
  return { clock, askedAt, abort, discovery };
}

describe("polling", () => {
  it("asks at once and then every 5 seconds, and lists only what changed", async () => {
    const { clock, askedAt, abort, discovery } = polled((poll) => (poll < 3 ? ["a:1", "b:1"] : ["b:1"]));
    const consumer = new Consumer(discovery.subscribe({ signal: abort.signal }));
    await clock.advance(15_000);
    expect(askedAt).toEqual([0, 5_000, 10_000, 15_000]);
    expect(consumer.seen).toEqual([["a:1", "b:1"], ["b:1"]]);
    abort.abort();
    await consumer.done;
    expect(clock.pending).toBe(0);
  });

  it("lists an empty answer", async () => {
    const { clock, discovery, abort } = polled((poll) => (poll === 1 ? [] : ["a:1"]));
    const consumer = new Consumer(discovery.subscribe({ signal: abort.signal }));
    await clock.advance(5_000);
    expect(consumer.seen).toEqual([[], ["a:1"]]);
    abort.abort();
  });

  it("comes up to a tenth sooner, so that nodes started together do not poll together", async () => {
    const { clock, askedAt, abort, discovery } = polled(() => [], { pollMs: 1_000, random: seededRandom(7) });
    new Consumer(discovery.subscribe({ signal: abort.signal }));
    await clock.advance(100_000);
    const gaps = askedAt.slice(1).map((at, index) => at - (askedAt[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThan(900);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000);
    expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(20);
    abort.abort();
  });

  it.each<[string, number | undefined, number]>([
    ["the time-to-live", 20_000, 20_000],
    ["minPollMs at the soonest", 10, 1_000],
    ["minPollMs for a time-to-live of 0", 0, 1_000],
    ["maxPollMs at the latest", 86_400_000, 300_000],
    ["maxPollMs for an infinite one", Number.POSITIVE_INFINITY, 300_000],
    ["pollMs when there is none", undefined, 5_000],
    ["pollMs when it is no number", Number.NaN, 5_000],
    ["pollMs when it is negative", -1, 5_000],
  ])("waits %s", async (_, ttlMs, expectedMs) => {
    const { clock, askedAt, abort, discovery } = polled(() => ({ instances: ["a:1"], ttlMs }) as Listed);
    new Consumer(discovery.subscribe({ signal: abort.signal }));
    await clock.advance(expectedMs);
    expect(askedAt).toEqual([0, expectedMs]);
    abort.abort();
  });

  it("ends the session with the error of a poll that failed", async () => {
    const { clock, discovery } = polled((poll) => {
      if (poll > 1) throw new Error("connection reset");
      return ["a:1"];
    });
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(60_000);
    expect(consumer.seen).toEqual([["a:1"]]);
    expect(consumer.error).toMatchObject({ code: "UNAVAILABLE", adapter: "polled" });
    expect(clock.pending).toBe(0);
  });

  it("gives each poll the time-out", async () => {
    const { clock, discovery } = polled(() => new Promise<never>(() => {}) as never, { timeoutMs: 700 });
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(700);
    expect(consumer.error).toMatchObject({ code: "TIMED_OUT", message: expect.stringContaining("700 ms") });
    expect(clock.pending).toBe(0);
  });

  it("reports a malformed record when it appears, not at every poll", async () => {
    const answers = [["?", "a:1"], ["?", "a:1"], ["a:1"], ["?", "a:1"]];
    const { clock, abort, discovery } = polled((poll) => answers[poll - 1] ?? ["a:1"]);
    const problems: DiscoveryError[] = [];
    new Consumer(discovery.subscribe({ signal: abort.signal, report: (problem) => problems.push(problem) }));
    await clock.advance(20_000);
    expect(problems.map(({ code }) => code)).toEqual(["MALFORMED_RECORD", "MALFORMED_RECORD"]);
    abort.abort();
  });

  it("stops asking when the consumer leaves or the discovery is disposed", async () => {
    const { clock, askedAt, discovery } = polled(() => ["a:1"]);
    for await (const _ of discovery.subscribe()) break;
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(0);
    await discovery[Symbol.asyncDispose]();
    await clock.advance(60_000);
    expect(consumer.state).toBe("ended");
    expect(askedAt).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
  });
});
