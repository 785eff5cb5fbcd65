import { describe, expect, it } from "vitest";
import {
  canAnnounce,
  type DiscoveryDefinition,
  DiscoveryError,
  defineDiscovery,
  type Listed,
  listingChannel,
} from "../src/index.js";
import { endpoints } from "./support/consumer.js";
import { settled, VirtualClock } from "./support/virtual-clock.js";

const never = () => new Promise<never>(() => {});
const lookup = async () => ["a:1"];

describe("a definition", () => {
  it.each<[string, object]>([
    ["name", { name: "", lookup }],
    ["name", { name: undefined, lookup }],
    ["lookup or subscribe", { name: "x" }],
    ["lookup or subscribe", { name: "x", lookup: "a:1" }],
    ["pollMs", { name: "x", lookup, pollMs: 0 }],
    ["pollMs", { name: "x", lookup, pollMs: Number.NaN }],
    ["pollMs", { name: "x", lookup, pollMs: "5s" }],
    ["minPollMs", { name: "x", lookup, minPollMs: -1 }],
    ["minPollMs", { name: "x", lookup, minPollMs: 2_000, maxPollMs: 1_000 }],
    ["maxPollMs", { name: "x", lookup, maxPollMs: 0 }],
    ["timeoutMs", { name: "x", lookup, timeoutMs: 0 }],
    ["defaultPort", { name: "x", lookup, defaultPort: 0 }],
  ])("is refused with INVALID_OPTION that names %s", (field, definition) => {
    const define = () => defineDiscovery(definition as DiscoveryDefinition);
    expect(define).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    expect(define).toThrow(new RegExp(`: ${field} must be `));
  });

  it("takes an option that is undefined for one that is not given", async () => {
    const definition = { name: "x", lookup, pollMs: undefined, timeoutMs: undefined } as unknown as DiscoveryDefinition;
    expect(endpoints(await defineDiscovery(definition).lookup())).toEqual(["a:1"]);
  });

  it("gives an announcer only if it can announce", () => {
    expect(canAnnounce(defineDiscovery({ name: "x", lookup }))).toBe(false);
    expect(canAnnounce(defineDiscovery({ name: "x", lookup, announce: never }))).toBe(true);
  });

  it("may be an object with state", async () => {
    class Adapter implements DiscoveryDefinition {
      readonly name = "x";
      readonly #host = "a";
      async lookup() {
        return [`${this.#host}:1`];
      }
      async *subscribe() {
        yield [`${this.#host}:2`];
      }
      async announce() {
        return { withdraw: async () => void this.#host };
      }
      async dispose() {
        void this.#host;
      }
    }
    const discovery = defineDiscovery(new Adapter() as Adapter & Required<Pick<DiscoveryDefinition, "announce">>);
    expect(endpoints(await discovery.lookup())).toEqual(["a:1"]);
    expect(endpoints((await discovery.subscribe()[Symbol.asyncIterator]().next()).value)).toEqual(["a:2"]);
    await discovery.announce({ host: "self", port: 1 });
    await discovery[Symbol.asyncDispose]();
  });
});

describe("lookup", () => {
  it("normalizes what the definition found and reports what it could not read", async () => {
    const problems: string[] = [];
    const discovery = defineDiscovery({ name: "x", lookup: async () => ["b", "b:7", "?"], defaultPort: 7 });
    const listing = await discovery.lookup({ report: ({ code }) => problems.push(code) });
    expect(listing).toEqual([{ host: "b", port: 7 }]);
    expect(problems).toEqual(["MALFORMED_RECORD"]);
  });

  it("takes the first listing of a subscription when there is no lookup, and closes that", async () => {
    let closed = 0;
    const discovery = defineDiscovery({
      name: "x",
      async *subscribe() {
        try {
          yield ["a:1"];
          yield ["b:1"];
        } finally {
          closed++;
        }
      },
    });
    expect(endpoints(await discovery.lookup())).toEqual(["a:1"]);
    await settled();
    expect(closed).toBe(1);
  });

  it("fails with ENDED when the subscription ends without a listing", async () => {
    const discovery = defineDiscovery({ name: "x", async *subscribe() {} });
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "ENDED", adapter: "x" });
  });

  it.each([undefined, null, 7, "a:1", {}, { instances: "a:1" }])(
    "fails with INVALID_RESPONSE for %j",
    async (found) => {
      const discovery = defineDiscovery({ name: "x", lookup: async () => found as Listed });
      await expect(discovery.lookup()).rejects.toMatchObject({ code: "INVALID_RESPONSE", adapter: "x" });
    },
  );

  it("fails with TIMED_OUT after the time-out, aborts the definition and leaves no timer", async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    const discovery = defineDiscovery({
      name: "x",
      clock,
      lookup: (request) => {
        signal = request.signal;
        return never();
      },
    });
    const failure = expect(discovery.lookup()).rejects.toMatchObject({
      code: "TIMED_OUT",
      adapter: "x",
      retryable: true,
      message: "x: the lookup took longer than 3000 ms.",
    });
    await clock.advance(2_999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    await failure;
    expect(signal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("takes back its timer when it is answered", async () => {
    const clock = new VirtualClock();
    await defineDiscovery({ name: "x", clock, lookup }).lookup();
    expect(clock.pending).toBe(0);
  });

  it("rejects with the signal's reason as soon as that aborts, even if the definition is stuck", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const discovery = defineDiscovery({ name: "x", clock, lookup: never });
    const reason = new Error("changed my mind");
    const failure = expect(discovery.lookup({ signal: abort.signal })).rejects.toBe(reason);
    abort.abort(reason);
    await failure;
    expect(clock.pending).toBe(0);
  });

  it("asks nobody when its signal has aborted before", async () => {
    let asked = 0;
    const discovery = defineDiscovery({ name: "x", lookup: async () => [`a:${++asked}`] });
    await expect(discovery.lookup({ signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(asked).toBe(0);
  });

  it("wraps what the definition throws, with the discovery's name, and keeps a DiscoveryError", async () => {
    const cause = new Error("ECONNREFUSED 127.0.0.1:8500");
    const throwing = (thrown: unknown) =>
      defineDiscovery({
        name: "x",
        lookup: () => {
          throw thrown;
        },
      }).lookup();
    await expect(throwing(cause)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      adapter: "x",
      retryable: true,
      cause,
      message: "x: ECONNREFUSED 127.0.0.1:8500",
    });
    await expect(throwing("just a text")).rejects.toMatchObject({ code: "UNAVAILABLE", message: "x: just a text" });
    const own = new DiscoveryError("FORBIDDEN", "needs the verb watch");
    await expect(throwing(own)).rejects.toBe(own);
  });

  it.each([
    ["string", "a:1"],
    ["undefined", undefined],
    ["object", { nodes: ["a:1"] }],
    ["string", { instances: "a:1" }],
  ])("says that %s is no list of instances: %j", async (what, found) => {
    const discovery = defineDiscovery({ name: "x", lookup: async () => found as unknown as Listed });
    const message = `x: expected a list of instances, got ${what}.`;
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "INVALID_RESPONSE", message });
  });

  it("wraps what the definition's list throws while it is read", async () => {
    const discovery = defineDiscovery({
      name: "x",
      lookup: async () =>
        (function* () {
          yield "a:1";
          throw new Error("the page is gone");
        })(),
    });
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "UNAVAILABLE", message: "x: the page is gone" });
  });
});

describe("dispose", () => {
  it("is safe before any use, and closes the definition once", async () => {
    let disposals = 0;
    const discovery = defineDiscovery({
      name: "x",
      lookup,
      dispose: async () => {
        disposals++;
      },
    });
    await Promise.all([discovery[Symbol.asyncDispose](), discovery[Symbol.asyncDispose]()]);
    await discovery[Symbol.asyncDispose]();
    expect(disposals).toBe(1);
  });

  it("makes every later use fail with DISPOSED", async () => {
    const discovery = defineDiscovery({ name: "x", lookup, announce: never });
    await discovery[Symbol.asyncDispose]();
    const disposed = { code: "DISPOSED", adapter: "x", retryable: false };
    await expect(discovery.lookup()).rejects.toMatchObject(disposed);
    await expect(discovery.announce({ host: "a", port: 1 })).rejects.toMatchObject(disposed);
    await expect(discovery.subscribe()[Symbol.asyncIterator]().next()).rejects.toMatchObject(disposed);
  });

  it("rejects a lookup that is under way", async () => {
    const clock = new VirtualClock();
    const discovery = defineDiscovery({ name: "x", clock, lookup: never });
    const failure = expect(discovery.lookup()).rejects.toMatchObject({ code: "DISPOSED" });
    void discovery[Symbol.asyncDispose]();
    await failure;
  });

  it("closes the definition after its sessions have cleaned up", async () => {
    const order: string[] = [];
    const discovery = defineDiscovery({
      name: "x",
      async *subscribe({ signal }) {
        try {
          yield* listingChannel(signal);
        } finally {
          await settled();
          order.push("session");
        }
      },
      dispose: async () => {
        order.push("definition");
      },
    });
    void discovery.subscribe()[Symbol.asyncIterator]().next();
    await discovery[Symbol.asyncDispose]();
    expect(order).toEqual(["session", "definition"]);
  });

  it("waits for an iterator that takes a while to return", async () => {
    const order: string[] = [];
    const channel = listingChannel();
    const discovery = defineDiscovery({
      name: "x",
      subscribe: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => channel.next(),
          async return() {
            channel.end();
            await settled();
            order.push("returned");
            return { done: true as const, value: undefined };
          },
        }),
      }),
      dispose: async () => {
        order.push("disposed");
      },
    });
    void discovery.subscribe()[Symbol.asyncIterator]().next();
    await discovery[Symbol.asyncDispose]();
    expect(order).toEqual(["returned", "disposed"]);
  });

  it("does not wait longer than a moment for a session that ignores its signal", async () => {
    const clock = new VirtualClock();
    let disposed = false;
    const discovery = defineDiscovery({ name: "x", clock, lookup: never });
    discovery.lookup().catch(() => {});
    void discovery[Symbol.asyncDispose]().then(() => {
      disposed = true;
    });
    await clock.advance(249);
    expect(disposed).toBe(false);
    await clock.advance(1);
    expect(disposed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it("fails with TIMED_OUT when the definition does not close in time, and passes on why it could not", async () => {
    const clock = new VirtualClock();
    const stuck = defineDiscovery({ name: "x", clock, timeoutMs: 100, lookup, dispose: never });
    const failure = expect(stuck[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "TIMED_OUT" });
    await clock.advance(100);
    await failure;
    const broken = defineDiscovery({ name: "x", lookup, dispose: () => Promise.reject(new Error("still in use")) });
    await expect(broken[Symbol.asyncDispose]()).rejects.toMatchObject({ message: "x: still in use" });
  });
});
