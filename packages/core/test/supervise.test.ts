import { describe, expect, it } from "vitest";
import {
  canAnnounce,
  DiscoveryError,
  exponentialBackoff,
  inMemoryDiscovery,
  inspectDiscovery,
  isSupervised,
  type ServiceDiscovery,
  type SuperviseOptions,
  type SupervisionStatus,
  supervise,
} from "../src/index.js";
import { Consumer } from "./support/consumer.js";
import { listing, scriptedSource } from "./support/scripted-source.js";
import { noJitter, seededRandom } from "./support/seeded-random.js";
import { settled, VirtualClock } from "./support/virtual-clock.js";

function supervised(onOpen?: Parameters<typeof scriptedSource>[1], options: SuperviseOptions = {}) {
  const clock = new VirtualClock();
  const source = scriptedSource({ clock }, onOpen);
  const discovery = supervise(source.discovery, { clock, random: noJitter, ...options });
  return { clock, source, discovery };
}

/** When sessions are opened, while `ms` pass. */
async function openings(onOpen: Parameters<typeof scriptedSource>[1], ms: number, options?: SuperviseOptions) {
  const at: number[] = [];
  const { clock, discovery } = supervised((session) => {
    at.push(clock.now());
    onOpen?.(session);
  }, options);
  const consumer = new Consumer(discovery.subscribe());
  await clock.advance(ms);
  await discovery[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
  return { at, consumer };
}

describe("a supervised subscription", () => {
  it("opens a lost session again, keeps what was listed, and lists only what differs", async () => {
    const { clock, source, discovery } = supervised();
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    source.current.push(["a:1", "b:1"]);
    await settled();
    source.current.fail(new Error("connection reset"));
    await clock.advance(20_000);
    expect(source.sessions).toHaveLength(2);
    expect(consumer).toMatchObject({ state: "reading", seen: [["a:1", "b:1"]] });
    source.current.push(["b:1", "a:1"]);
    await settled();
    expect(consumer.seen).toHaveLength(1);
    source.current.push(["b:1"]);
    await settled();
    expect(consumer.seen).toEqual([["a:1", "b:1"], ["b:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("opens a session again that ended by itself", async () => {
    const { clock, source, discovery } = supervised(listing("a:1"));
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    source.current.end();
    await clock.advance(500);
    expect(source.sessions).toHaveLength(2);
    expect(discovery.status).toMatchObject({ state: "live", lastError: { code: "ENDED" } });
    expect(consumer).toMatchObject({ state: "reading", seen: [["a:1"]] });
    await discovery[Symbol.asyncDispose]();
  });

  it("works with any object of the right shape, and opens that again when it ends without an error", async () => {
    const clock = new VirtualClock();
    let sessions = 0;
    const inline: ServiceDiscovery = {
      name: "inline",
      lookup: async () => [],
      async *subscribe() {
        sessions++;
        yield [{ host: "a", port: 1 }];
      },
    };
    const discovery = supervise(inline, { clock, random: noJitter });
    const consumer = new Consumer(discovery.subscribe());
    await clock.advance(1_000);
    expect(sessions).toBe(3);
    expect(consumer.seen).toEqual([["a:1"]]);
    await discovery[Symbol.asyncDispose]();
  });

  it("waits twice as long after each failure, up to half a minute", async () => {
    const { at } = await openings((session) => session.fail(new Error("refused")), 100_000);
    expect(at).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500, 61_500, 91_500]);
  });

  it("varies its waits by a fifth either way", async () => {
    const gaps: number[] = [];
    for (let seed = 1; seed <= 50; seed++) {
      const { at } = await openings((session) => session.fail(new Error("refused")), 600, {
        random: seededRandom(seed),
      });
      gaps.push(at[1] as number);
    }
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(400);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(600);
    expect(new Set(gaps).size).toBe(50);
  });

  it("starts the backoff over after a listing, and not before", async () => {
    let session = 0;
    const { at } = await openings((opened) => {
      session++;
      if (session === 4) opened.push(["a:1"]);
      opened.fail(new Error("refused"));
    }, 6_000);
    expect(at).toEqual([0, 500, 1_500, 3_500, 4_000, 5_000]);
  });

  it("does not run hot when sessions end at once, whatever the backoff says", async () => {
    const backoff = { delayMs: () => 0 };
    const { clock, source, discovery } = supervised((session) => session.end(), { backoff });
    new Consumer(discovery.subscribe());
    await settled();
    expect(source.sessions).toHaveLength(1);
    expect(clock.pending).toBe(1);
    await discovery[Symbol.asyncDispose]();
  });

  it("retries what no retry can mend at the slowest pace at once, because permissions get mended at night", async () => {
    let session = 0;
    const { at, consumer } = await openings((opened) => {
      if (++session < 3) opened.fail(new DiscoveryError("FORBIDDEN", "needs the verb watch"));
      else opened.push(["a:1"]);
    }, 70_000);
    expect(at).toEqual([0, 30_000, 60_000]);
    expect(consumer.seen).toEqual([["a:1"]]);
  });

  it("waits as the given backoff says, and asks it for its slowest pace", async () => {
    const backoff = exponentialBackoff({ initialMs: 100, maxMs: 1_000, jitter: 0, settleAfter: 2, settledMs: 9_000 });
    const refusing = await openings((session) => session.fail(new Error("refused")), 10_000, { backoff });
    expect(refusing.at).toEqual([0, 100, 250, 9_250]);
    const forbidden = (session: { fail(error: unknown): void }) => session.fail(new DiscoveryError("FORBIDDEN", "no"));
    expect((await openings(forbidden, 10_000, { backoff })).at).toEqual([0, 9_000]);
  });

  it("gives a session half a minute for its first listing, even if that ignores its signal", async () => {
    const clock = new VirtualClock();
    let sessions = 0;
    const stuck: ServiceDiscovery = {
      name: "stuck",
      lookup: async () => [],
      async *subscribe() {
        sessions++;
        await new Promise(() => {});
        yield [];
      },
    };
    const discovery = supervise(stuck, { clock, random: noJitter });
    new Consumer(discovery.subscribe());
    await clock.advance(30_000);
    expect(discovery.status).toMatchObject({ state: "retrying", lastError: { code: "TIMED_OUT", adapter: "stuck" } });
    await clock.advance(500);
    expect(sessions).toBe(2);
    await discovery[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  it("leaves a session alone that has listed something, however long nothing changes", async () => {
    const { clock, source, discovery } = supervised(listing("a:1"));
    new Consumer(discovery.subscribe());
    await clock.advance(86_400_000);
    expect(source.sessions).toHaveLength(1);
    expect(discovery.status).toMatchObject({ state: "live", failures: 0 });
    await discovery[Symbol.asyncDispose]();
  });

  it("waits for the first listing for ever if told so", async () => {
    const { clock, source, discovery } = supervised(undefined, { firstListingMs: Number.POSITIVE_INFINITY });
    new Consumer(discovery.subscribe());
    await clock.advance(86_400_000);
    expect(source.sessions).toHaveLength(1);
    expect(discovery.status.state).toBe("opening");
    await discovery[Symbol.asyncDispose]();
  });

  it("takes a listing that makes no sense for the loss of the session", async () => {
    const clock = new VirtualClock();
    const inline = {
      name: "inline",
      lookup: async () => [],
      async *subscribe() {
        yield "nonsense";
      },
    } as unknown as ServiceDiscovery;
    const discovery = supervise(inline, { clock });
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    expect(consumer.state).toBe("reading");
    expect(discovery.status).toMatchObject({ state: "retrying", lastError: { code: "INVALID_RESPONSE" } });
    await discovery[Symbol.asyncDispose]();
  });

  it("ends normally on abort, in a session and while it waits to retry, and leaves no timer", async () => {
    for (const onOpen of [listing("a:1"), (session: { end(): void }) => session.end()]) {
      const { clock, source, discovery } = supervised(onOpen);
      const abort = new AbortController();
      const consumer = new Consumer(discovery.subscribe({ signal: abort.signal }));
      await settled();
      abort.abort();
      await consumer.done;
      expect(consumer.state).toBe("ended");
      await clock.advance(60_000);
      expect(source.sessions).toHaveLength(1);
      expect([source.open, clock.pending]).toEqual([0, 0]);
    }
  });
});

describe("several subscribers", () => {
  it("share one session, and a later one starts with the last good listing", async () => {
    const { clock, source, discovery } = supervised();
    const first = new Consumer(discovery.subscribe());
    await settled();
    source.current.push(["a:1"]);
    await settled();
    source.current.fail(new Error("lost"));
    await settled();
    const second = new Consumer(discovery.subscribe());
    await settled();
    expect(second.seen).toEqual([["a:1"]]);
    await clock.advance(500);
    source.current.push(["b:1"]);
    await settled();
    expect([first.last, second.last]).toEqual([["b:1"], ["b:1"]]);
    expect(source.sessions).toHaveLength(2);
    await discovery[Symbol.asyncDispose]();
  });

  it("keep the session until the last one leaves; the next one opens another", async () => {
    const { source, discovery } = supervised(listing("a:1"));
    const aborts = [new AbortController(), new AbortController()];
    for (const { signal } of aborts) new Consumer(discovery.subscribe({ signal }));
    await settled();
    aborts[0]?.abort();
    await settled();
    expect(source.open).toBe(1);
    aborts[1]?.abort();
    await settled();
    expect(source.open).toBe(0);
    expect(discovery.status.state).toBe("idle");
    const again = new Consumer(discovery.subscribe());
    await settled();
    expect(again.seen).toEqual([["a:1"]]);
    expect(source.sessions).toHaveLength(2);
    await discovery[Symbol.asyncDispose]();
  });

  it("all hear of what was left out", async () => {
    const { source, discovery } = supervised();
    const heard: string[] = [];
    for (const who of ["one", "other"])
      new Consumer(discovery.subscribe({ report: ({ code }) => heard.push(`${who} ${code}`) }));
    await settled();
    source.current.push(["?"]);
    await settled();
    expect(heard).toEqual(["one MALFORMED_RECORD", "other MALFORMED_RECORD"]);
    await discovery[Symbol.asyncDispose]();
  });
});

describe("the status", () => {
  it("tells the state, the last good listing and its age, the last error and the next retry", async () => {
    const { clock, source, discovery } = supervised();
    expect(discovery.status).toMatchObject({ state: "idle", failures: 0 });
    expect(discovery.status.listing).toBeUndefined();
    new Consumer(discovery.subscribe());
    await settled();
    expect(discovery.status).toMatchObject({ state: "opening", failures: 0 });

    source.current.push(["a:1"]);
    await clock.advance(10_000);
    expect(discovery.status).toMatchObject({ state: "live", listing: [{ host: "a", port: 1 }], listingAgeMs: 0 });
    expect(discovery.status.lastError).toBeUndefined();

    source.current.fail(new Error("connection reset"));
    await clock.advance(200);
    expect(discovery.status).toMatchObject({
      state: "retrying",
      listing: [{ host: "a", port: 1 }],
      listingAgeMs: 200,
      lastError: { code: "UNAVAILABLE", message: "scripted: connection reset" },
      failures: 1,
      retryInMs: 300,
    });

    await clock.advance(2_300);
    expect(discovery.status).toMatchObject({ state: "opening", listingAgeMs: 2_500, failures: 1 });
    expect(discovery.status.retryInMs).toBeUndefined();

    source.current.push(["a:1"]);
    await settled();
    expect(discovery.status).toMatchObject({
      state: "live",
      listingAgeMs: 0,
      failures: 0,
      lastError: { code: "UNAVAILABLE" },
    });
    await discovery[Symbol.asyncDispose]();
    expect(discovery.status.state).toBe("idle");
  });

  it("tells watchers of every change until they leave", async () => {
    const changes: string[] = [];
    const note = (who: string) => (status: SupervisionStatus) => changes.push(`${who} ${status.state}`);
    const { clock, source, discovery } = supervised(listing("a:1"), { onChange: note("option") });
    const leave = discovery.watchStatus(note("watcher"));
    const abort = new AbortController();
    new Consumer(discovery.subscribe({ signal: abort.signal }));
    await settled();
    leave();
    source.current.fail(new Error("lost"));
    await clock.advance(500);
    abort.abort();
    await settled();
    expect(changes.filter((change) => change.startsWith("watcher"))).toEqual(["watcher opening", "watcher live"]);
    expect(changes.filter((change) => change.startsWith("option"))).toEqual(
      ["opening", "live", "retrying", "opening", "live", "idle"].map((state) => `option ${state}`),
    );
  });

  it("can be found through any stack of combinators, by shape", async () => {
    const { discovery } = supervised();
    expect(isSupervised(discovery)).toBe(true);
    expect(isSupervised(inMemoryDiscovery())).toBe(false);
    expect(inspectDiscovery(discovery)).toEqual({
      name: "scripted",
      status: discovery.status,
      sources: [{ name: "scripted", status: undefined, sources: [] }],
    });
  });
});

describe("supervise", () => {
  it("gives a discovery that is supervised already back as it is, with the listener added", async () => {
    const { discovery } = supervised(listing("a:1"));
    const states: string[] = [];
    expect(supervise(discovery, { onChange: ({ state }) => states.push(state) })).toBe(discovery);
    new Consumer(discovery.subscribe());
    await settled();
    expect(states).toEqual(["opening", "live"]);
    await discovery[Symbol.asyncDispose]();
  });

  it("leaves lookups as they are: one question, one answer", async () => {
    const memory = inMemoryDiscovery(["a:1"]);
    const discovery = supervise(memory);
    expect(await discovery.lookup()).toEqual([{ host: "a", port: 1 }]);
    await memory[Symbol.asyncDispose]();
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("announces through, and only if the source can", async () => {
    const memory = inMemoryDiscovery();
    const discovery = supervise(memory);
    const announcement = await discovery.announce({ host: "self", port: 1 });
    expect(memory.listing).toEqual([{ host: "self", port: 1 }]);
    await announcement[Symbol.asyncDispose]();
    expect(memory.listing).toEqual([]);
    expect(canAnnounce(supervised().discovery)).toBe(false);
  });

  it("owns its source: disposing it withdraws, ends and disposes", async () => {
    const memory = inMemoryDiscovery(["a:1"]);
    const discovery = supervise(memory);
    await discovery.announce({ host: "self", port: 1 });
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    await discovery[Symbol.asyncDispose]();
    expect(consumer.state).toBe("ended");
    expect(memory.listing).toEqual([{ host: "a", port: 1 }]);
    await expect(memory.lookup()).rejects.toMatchObject({ code: "DISPOSED" });
  });
});
