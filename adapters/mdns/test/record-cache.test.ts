import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { RecordCache } from "../src/browse/record-cache.js";
import type { DnsRecord } from "../src/dns/message.js";
import { recordsOf, TYPE } from "./support/records.js";

const HOST = "node-1-host.local";

function cacheOf(...records: DnsRecord[]) {
  const removed: DnsRecord[] = [];
  const cache = new RecordCache(seededRandom(1), { added: () => {}, removed: (record) => removed.push(record) });
  for (const record of records) cache.take(record, 0);
  return { cache, removed };
}

function address(data: string, ttl = 120): DnsRecord {
  return { type: "A", name: HOST, ttl, flush: true, data };
}

/** Every moment at which the cache wants a question asked, when nobody ever answers. */
function questionTimes(cache: RecordCache, untilMs: number): number[] {
  const times: number[] = [];
  for (let now = cache.nextAt; now <= untilMs; now = cache.nextAt) {
    cache.expire(now);
    if (cache.refresh(now).length > 0) times.push(now);
  }
  return times;
}

describe("the cache of one link", () => {
  it.each([1, 2, 3, 4, 5])("with seed %i asks again at 80, 85, 90 and 95 parts of 100 of the time to live", (seed) => {
    const cache = new RecordCache(seededRandom(seed), { added: () => {}, removed: () => {} });
    cache.take(address("10.0.0.7", 100), 0);
    const times = questionTimes(cache, 100_000);
    expect(times).toHaveLength(4);
    for (const [index, from] of [80_000, 85_000, 90_000, 95_000].entries()) {
      expect(times[index]).toBeGreaterThanOrEqual(from);
      expect(times[index]).toBeLessThan(from + 2000);
    }
  });

  it("forgets a record when its time to live is over, whether or not somebody was asked", () => {
    const { cache, removed } = cacheOf(address("10.0.0.7", 100));
    questionTimes(cache, 99_999);
    expect(cache.get(HOST, "A")).toHaveLength(1);
    expect(cache.expire(100_000)).toBe(true);
    expect(cache.get(HOST, "A")).toEqual([]);
    expect(removed).toHaveLength(1);
    cache.refresh(100_000);
    expect(cache.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("does not ask again when an answer has come in time", () => {
    const { cache } = cacheOf(address("10.0.0.7", 100));
    cache.take(address("10.0.0.7", 100), 79_000);
    expect(questionTimes(cache, 150_000)).toEqual([]);
  });

  it("keeps a record for one second after its goodbye, and does not ask for it", () => {
    const { cache } = cacheOf(address("10.0.0.7", 100));
    expect(cache.take(address("10.0.0.7", 0), 50_000)).toBe(true);
    expect(cache.nextAt).toBe(51_000);
    cache.expire(50_999);
    expect(cache.get(HOST, "A")).toHaveLength(1);
    cache.expire(51_000);
    expect(cache.get(HOST, "A")).toEqual([]);
  });

  it("takes a goodbye back when the record is announced within that second", () => {
    const { cache } = cacheOf(address("10.0.0.7", 100));
    cache.take(address("10.0.0.7", 0), 50_000);
    expect(cache.take(address("10.0.0.7", 100), 50_500)).toBe(true);
    cache.expire(60_000);
    expect(cache.get(HOST, "A")).toHaveLength(1);
  });

  it("ignores the goodbye of a record it never had", () => {
    const { cache } = cacheOf();
    expect(cache.take(address("10.0.0.7", 0), 0)).toBe(false);
    expect(cache.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("lets the rest of a set die within a second when its owner sends another", () => {
    const { cache } = cacheOf(address("10.0.0.7"));
    cache.take(address("10.0.0.8"), 5000);
    expect(cache.get(HOST, "A").map(({ data }) => data)).toEqual(["10.0.0.8", "10.0.0.7"]);
    cache.expire(6000);
    expect(cache.get(HOST, "A").map(({ data }) => data)).toEqual(["10.0.0.8"]);
  });

  it("keeps both records of a set that come within a second of each other", () => {
    const { cache } = cacheOf(address("10.0.0.7"));
    cache.take(address("10.0.0.8"), 1000);
    cache.expire(10_000);
    expect(cache.get(HOST, "A")).toHaveLength(2);
  });

  it("keeps the rest of a set when the cache-flush bit is not set", () => {
    const { cache } = cacheOf(address("10.0.0.7"));
    cache.take({ ...address("10.0.0.8"), flush: false } as DnsRecord, 50_000);
    cache.expire(60_000);
    expect(cache.get(HOST, "A")).toHaveLength(2);
  });

  it.each([
    { afterMs: 0, known: [4500] },
    { afterMs: 1_000_000, known: [3500] },
    { afterMs: 2_250_000, known: [2250] },
    { afterMs: 2_251_000, known: [] },
  ])(
    "gives as known answers only those with half of their life left: after $afterMs ms $known",
    ({ afterMs, known }) => {
      const { cache } = cacheOf(recordsOf("node-1").ptr);
      const answers = cache.knownAnswers({ name: TYPE, type: "PTR" }, afterMs);
      expect(answers.map(({ ttl }) => ttl)).toEqual(known);
    },
  );

  it("gives no known answer that has been said goodbye to", () => {
    const { cache } = cacheOf(recordsOf("node-1").ptr);
    cache.take({ ...recordsOf("node-1").ptr, ttl: 0 }, 10);
    expect(cache.knownAnswers({ name: TYPE, type: "PTR" }, 20)).toEqual([]);
  });

  it("takes names and host names that differ in case for the same", () => {
    const { cache } = cacheOf(recordsOf("node-1").ptr);
    expect(cache.take({ ...recordsOf("NODE-1").ptr, name: TYPE.toUpperCase() }, 10)).toBe(false);
    expect(cache.count(TYPE, "PTR")).toBe(1);
  });

  it("asks once for a set, and for whatever else is about due", () => {
    const { cache } = cacheOf(address("10.0.0.7"), address("10.0.0.8"), recordsOf("node-1").srv);
    const [first] = questionTimes(cache, 120_000);
    expect(first).toBeLessThan(98_400);
    const again = cacheOf(address("10.0.0.7"), address("10.0.0.8"), recordsOf("node-1").srv).cache;
    expect(again.refresh(first as number).map(({ type }) => type)).toEqual(["A", "SRV"]);
  });

  it("leaves a question out that somebody else has just asked", () => {
    const { cache } = cacheOf(address("10.0.0.7", 100));
    cache.asked({ name: HOST, type: "A" }, 80_000);
    const [next] = questionTimes(cache, 100_000);
    expect(next).toBeGreaterThanOrEqual(85_000);
  });

  it("asks once after a pause in which several moments have passed", () => {
    const { cache } = cacheOf(address("10.0.0.7", 100));
    expect(cache.refresh(93_000)).toHaveLength(1);
    expect(cache.refresh(93_000)).toHaveLength(0);
    expect(cache.nextAt).toBeGreaterThanOrEqual(95_000);
  });

  it("holds at most sixteen records of one name and type, the newest", () => {
    const { cache } = cacheOf();
    for (let n = 0; n < 40; n++) cache.take({ ...address(`10.0.0.${n}`), flush: false } as DnsRecord, n);
    expect(cache.get(HOST, "A").map(({ data }) => data)).toEqual(
      Array.from({ length: 16 }, (_, index) => `10.0.0.${39 - index}`),
    );
  });
});
