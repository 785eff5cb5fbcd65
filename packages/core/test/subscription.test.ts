import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineDiscovery, type InstanceLike, listingChannel, type SessionRequest } from "../src/index.js";
import { collectGarbage } from "./support/collect-garbage.js";
import { Consumer, endpoints } from "./support/consumer.js";
import { listing, scriptedSource } from "./support/scripted-source.js";
import { settled, VirtualClock } from "./support/virtual-clock.js";

/** A consumer that has read the first listing when another came and the session failed. */
async function behind(signal = new AbortController().signal) {
  const source = scriptedSource();
  const iterator = source.discovery.subscribe({ signal })[Symbol.asyncIterator]();
  const first = iterator.next();
  source.current.push(["a:1"]);
  await first;
  source.current.push(["b:1"]);
  source.current.fail(new Error("lost"));
  await settled();
  return { source, iterator };
}

describe("a subscription", () => {
  it("opens nothing before it is read, and one session per subscription", async () => {
    const source = scriptedSource({}, listing("a:1"));
    const [one, other] = [source.discovery.subscribe(), source.discovery.subscribe()];
    await settled();
    expect(source.sessions).toHaveLength(0);
    for (const subscription of [one, other]) await subscription[Symbol.asyncIterator]().next();
    expect(source.sessions).toHaveLength(2);
    await source.discovery[Symbol.asyncDispose]();
  });

  it("lists the first listing even if it is empty, then every change, frozen, and no set twice in a row", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(source.discovery.subscribe());
    const steps: InstanceLike[][] = [
      [],
      [],
      ["a:1", "b:1"],
      ["b:1", "a:1", "a:1"],
      [{ host: "A", port: 1 }, "b:1"],
      ["b:1"],
      [],
    ];
    for (const step of steps) {
      source.current.push(step);
      await settled();
    }
    expect(consumer.seen).toEqual([[], ["a:1", "b:1"], ["b:1"], []]);
    expect(consumer.listings.every(Object.isFrozen)).toBe(true);
    await source.discovery[Symbol.asyncDispose]();
  });

  it("lists again when only metadata changed", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(source.discovery.subscribe());
    for (const weight of ["1", "1", "2"]) {
      source.current.push([{ host: "a", port: 1, metadata: { weight } }]);
      await settled();
    }
    expect(consumer.listings.map(([instance]) => instance?.metadata?.weight)).toEqual(["1", "2"]);
    await source.discovery[Symbol.asyncDispose]();
  });

  it("gives a slow consumer the newest listing, and nothing if that is the one it has", async () => {
    const source = scriptedSource();
    const slow = source.discovery.subscribe()[Symbol.asyncIterator]();
    const first = slow.next();
    source.current.push(["a:1"]);
    await first;
    for (const host of ["b", "c", "d"]) {
      source.current.push([`${host}:1`]);
      await settled();
    }
    expect(endpoints((await slow.next()).value)).toEqual(["d:1"]);
    source.current.push(["e:1"]);
    await settled();
    source.current.push(["d:1"]);
    await settled();
    const waiting = slow.next();
    source.current.push(["f:1"]);
    expect(endpoints((await waiting).value)).toEqual(["f:1"]);
    await slow.return?.();
  });

  it("always leaves the consumer with the newest listing", async () => {
    const step = fc.oneof(
      fc.subarray(["a:1", "b:1", "c:1"]).map((instances) => ({ instances })),
      fc.constant("read" as const),
      fc.constant("settle" as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const source = scriptedSource({}, listing("z:1"));
        const reader = source.discovery.subscribe()[Symbol.asyncIterator]();
        const seen: string[][] = [];
        let pending = 0;
        let newest = ["z:1"];
        const read = async () => {
          pending++;
          const { done, value } = await reader.next();
          pending--;
          if (!done) seen.push(endpoints(value));
        };
        void read();
        for (const each of steps) {
          if (each === "read") void read();
          else if (each === "settle") await settled();
          else {
            newest = [...each.instances];
            source.current.push(newest);
          }
        }
        await settled();
        if (pending === 0) void read();
        await settled();
        expect(seen.at(-1)).toEqual(newest);
        expect(seen.filter((value, index) => index > 0 && String(value) === String(seen[index - 1]))).toEqual([]);
        await source.discovery[Symbol.asyncDispose]();
      }),
      { numRuns: 200 },
    );
  });

  it("keeps one listing, not a queue, for a consumer that does not read", async () => {
    const source = scriptedSource();
    const slow = source.discovery.subscribe()[Symbol.asyncIterator]();
    const first = slow.next();
    source.current.push(["first:1"]);
    await first;
    const held: WeakRef<readonly InstanceLike[]>[] = [];
    for (let push = 0; push < 100_000; push++) {
      const instances: readonly InstanceLike[] = Object.freeze([`node-${push}:1`]);
      if (push % 1_000 === 0) held.push(new WeakRef(instances));
      source.current.push(instances);
      if (push % 1_000 === 0) await settled();
    }
    await settled();
    collectGarbage();
    expect(held.filter((ref) => ref.deref() !== undefined)).toEqual([]);
    expect(endpoints((await slow.next()).value)).toEqual(["node-99999:1"]);
    let next = "waiting";
    void slow.next().then(() => {
      next = "got another one";
    });
    await settled();
    expect(next).toBe("waiting");
    await slow.return?.();
  });

  it("throws what ended the session, after what was listed before", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(source.discovery.subscribe());
    source.current.push(["a:1"]);
    source.current.fail(new Error("connection reset"));
    await consumer.done;
    expect(consumer.seen).toEqual([["a:1"]]);
    expect(consumer.error).toMatchObject({ code: "UNAVAILABLE", adapter: "scripted" });
    expect(source.open).toBe(0);
  });

  it("still gives a slow consumer what was listed last, and then the failure", async () => {
    const { iterator } = await behind();
    expect(endpoints((await iterator.next()).value)).toEqual(["b:1"]);
    await expect(iterator.next()).rejects.toMatchObject({ message: "scripted: lost" });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("throws ENDED when the session ends although nobody asked it to", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(source.discovery.subscribe());
    source.current.push(["a:1"]);
    source.current.end();
    await consumer.done;
    expect(consumer.error).toMatchObject({ code: "ENDED", adapter: "scripted", retryable: true });
  });

  it("throws INVALID_RESPONSE for a listing that is none, and lets go of the session", async () => {
    const source = scriptedSource();
    const consumer = new Consumer(source.discovery.subscribe());
    source.current.push("a:1");
    await consumer.done;
    expect(consumer.error).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(source.open).toBe(0);
  });

  it("throws when the definition cannot even open a session", async () => {
    const refusing = defineDiscovery({
      name: "x",
      subscribe() {
        throw new Error("no such file");
      },
    });
    await expect(refusing.subscribe()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      message: "x: no such file",
    });
  });

  it("is over once it has thrown", async () => {
    const source = scriptedSource({}, (session) => session.fail(new Error("lost")));
    const iterator = source.discovery.subscribe()[Symbol.asyncIterator]();
    await expect(iterator.next()).rejects.toThrow("lost");
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(source.sessions).toHaveLength(1);
  });
});

describe("leaving a subscription", () => {
  /** Sessions that do not react to anything. */
  const stuck = {
    async *subscribe(): AsyncGenerator<InstanceLike[]> {
      yield ["a:1"];
      await new Promise(() => {});
    },
  };
  const open = (definition: { subscribe(request: SessionRequest): AsyncIterable<Iterable<InstanceLike>> } = stuck) =>
    defineDiscovery({ name: "x", clock: new VirtualClock(), ...definition });

  it("ends normally on abort, at once even if the session is stuck", async () => {
    const abort = new AbortController();
    const consumer = new Consumer(open().subscribe({ signal: abort.signal }));
    await settled();
    abort.abort();
    await consumer.done;
    expect(consumer).toMatchObject({ state: "ended", seen: [["a:1"]] });
  });

  it("ends normally on dispose, at once even if the session is stuck", async () => {
    const discovery = open();
    const consumer = new Consumer(discovery.subscribe());
    await settled();
    void discovery[Symbol.asyncDispose]();
    await consumer.done;
    expect(consumer.state).toBe("ended");
  });

  it("leaves a loop by break at once even if the session is stuck", async () => {
    for await (const _ of open().subscribe()) break;
  });

  it("ends a read that is under way when another part of the program returns the iterator", async () => {
    const iterator = open().subscribe()[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it.each(["abort", "dispose"])(
    "drops on %s what was listed and not read, and what was thrown and not heard",
    async (how) => {
      const abort = new AbortController();
      const { source, iterator } = await behind(abort.signal);
      if (how === "abort") abort.abort();
      else await source.discovery[Symbol.asyncDispose]();
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    },
  );

  it("opens no session when aborted or returned before the first read", async () => {
    const source = scriptedSource({}, listing("a:1"));
    const aborted = source.discovery.subscribe({ signal: AbortSignal.abort() })[Symbol.asyncIterator]();
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    const returned = source.discovery.subscribe()[Symbol.asyncIterator]();
    await returned.return?.();
    expect(await returned.next()).toEqual({ done: true, value: undefined });
    expect(source.sessions).toHaveLength(0);
  });

  it.each(["abort", "break", "dispose", "failure", "end"])("stops the session on %s", async (how) => {
    const abort = new AbortController();
    const session = listingChannel();
    session.push(["a:1"]);
    let signal: AbortSignal | undefined;
    let returned = 0;
    const discovery = open({
      subscribe(request) {
        signal = request.signal;
        const iterator = {
          next: () => session.next(),
          return: async () => {
            returned++;
            return { done: true as const, value: undefined };
          },
        };
        return { [Symbol.asyncIterator]: () => iterator };
      },
    });
    const iterator = discovery.subscribe({ signal: abort.signal })[Symbol.asyncIterator]();
    await iterator.next();
    expect(signal?.aborted).toBe(false);
    if (how === "abort") abort.abort();
    if (how === "break") await iterator.return?.();
    if (how === "dispose") void discovery[Symbol.asyncDispose]();
    if (how === "failure") session.push(7 as never);
    if (how === "end") session.end();
    await settled();
    expect(signal?.aborted).toBe(true);
    // One that said itself that it is over needs no return.
    expect(returned).toBe(how === "end" ? 0 : 1);
  });

  it("runs the clean-up of a generator", async () => {
    const cleaned: string[] = [];
    const discovery = open({
      async *subscribe({ signal }) {
        try {
          yield ["a:1"];
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        } finally {
          cleaned.push("yes");
        }
      },
    });
    for await (const _ of discovery.subscribe()) break;
    await settled();
    expect(cleaned).toEqual(["yes"]);
  });

  it("does not let a clean-up that throws reach anybody", async () => {
    const discovery = open({
      async *subscribe({ signal }) {
        try {
          yield ["a:1"];
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: the mistake that this test is about
          throw new Error("cannot close");
        }
      },
    });
    for await (const _ of discovery.subscribe()) break;
    await discovery[Symbol.asyncDispose]();
  });

  it("leaves no listener on a signal that outlives a thousand subscriptions, and warns of none meanwhile", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    const source = scriptedSource({}, listing("a:1"));
    const iterators = Array.from({ length: 1_000 }, () =>
      source.discovery.subscribe({ signal })[Symbol.asyncIterator](),
    );
    for (const iterator of iterators) await iterator.next();
    expect(source.open).toBe(1_000);
    expect(listeners).toBe(1_000);
    for (const iterator of iterators) await iterator.return?.();
    await source.discovery.lookup({ signal });
    await settled();
    expect(listeners).toBe(0);
    expect(source.open).toBe(0);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});
