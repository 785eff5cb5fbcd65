import { describe, expect, it } from "vitest";
import { FrameTrace } from "../src/frame-trace.js";
import { seededRandom } from "../src/seeded-random.js";
import { Link } from "./support/link.js";

describe("a link that loses segments", () => {
  it("delivers everything in order, some of it at least 200 ms late", async () => {
    const [link, a, b] = await Link.open({ loss: 0.1, random: seededRandom(3) });
    const sent = Array.from({ length: 200 }, (_, at) => String(at));
    for (const text of sent) {
      a.send(text);
      await link.clock.advance(50);
    }
    await link.clock.advance(10_000);
    expect(b.heard).toEqual(sent);
    const late = b.arrivals.filter((at, index) => at - index * 50 > 150).length;
    // Whatever comes behind a lost one waits for it.
    expect(late).toBeGreaterThan(20);
    expect(late).toBeLessThan(150);
  });

  it("can be one of many, and only for a while", async () => {
    const [link, a, b] = await Link.open();
    const undo = link.network.impair({ loss: 1 }, { from: ["a"], to: ["b"], direction: "one-way" });
    b.send("fine");
    await link.clock.advance(10);
    expect(a.heard).toEqual(["fine"]);
    undo();
    a.send("fine again");
    await link.clock.advance(10);
    expect(b.heard).toEqual(["fine again"]);
  });

  it("makes connecting take a second or more, as often as one of the two segments is lost", async () => {
    const link = new Link({ loss: 0.3 });
    await link.listen();
    const { signal } = new AbortController();
    const transport = link.network.transport("a");
    const took = await link.clock.settle(
      Promise.all(
        Array.from({ length: 400 }, async () => {
          await transport.connect({ host: "b", port: 1 }, 600_000, signal);
          return link.clock.now();
        }),
      ),
      600_000,
    );
    // 1 - 0.7 × 0.7
    expect(took.filter((ms) => ms > 1_000).length / took.length).toBeCloseTo(0.51, 1);
  });
});

describe("a link that is slow", () => {
  it("takes as long as it is said to, until it is repaired", async () => {
    const [link, a, b] = await Link.open();
    link.network.impair({ latencyMs: [500, 600] });
    const before = link.clock.now();
    a.send("slow");
    await link.clock.advance(2_000);
    expect((b.arrivals[0] as number) - before).toBeGreaterThanOrEqual(500);
    link.network.repair();
    a.send("fast");
    await link.clock.advance(10);
    expect(b.heard).toEqual(["slow", "fast"]);
  });
});

describe("a network that retransmits as TCP does", () => {
  it("delivers what a cut held up when it is tried the next time, not when it is healed", async () => {
    const [link, a, b] = await Link.open({ retransmits: true });
    const start = link.clock.now();
    link.network.cut(["a"], ["b"]);
    a.send("one", "two");
    await link.clock.advance(2_000);
    link.network.heal();
    await link.clock.advance(500);
    expect(b.heard).toEqual([]);
    await link.clock.advance(2_000);
    expect(b.heard).toEqual(["one", "two"]);
    // 200 + 400 + 800 + 1,600 ms.
    expect((b.arrivals[0] as number) - start).toBeGreaterThan(3_000);
  });

  it("gives a connection up when nothing has come through for a quarter of an hour", async () => {
    const [link, a, b] = await Link.open({ retransmits: true });
    link.network.cut(["a"], ["b"]);
    a.send("lost");
    await link.clock.advance(12 * 60_000);
    expect(a.heard).toEqual([]);
    await link.clock.advance(5 * 60_000);
    expect([a.heard, b.heard]).toEqual([["broken"], []]);
    // The other side finds out when it says something itself.
    link.network.heal();
    b.send("still there?");
    await link.clock.advance(100);
    expect(b.heard).toEqual(["broken"]);
    expect(link.network.connections).toBe(0);
  });
});

describe("a partition", () => {
  it("separates groups, and a host in none of them is a bridge", async () => {
    const { network } = new Link();
    const heal = network.partition(["a", "b"], ["c"], ["d"]);
    const cut = (one: string, other: string) => network.isCut(one, other) && network.isCut(other, one);
    expect([cut("a", "b"), cut("a", "c"), cut("b", "d"), cut("c", "d"), cut("a", "x")]).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    network.cut(["a"], ["b"], "one-way");
    heal();
    expect([cut("a", "c"), network.isCut("a", "b"), network.isCut("b", "a")]).toEqual([false, true, false]);
  });
});

describe("a host without power", () => {
  it("answers nothing, and nobody is told", async () => {
    const [link, a] = await Link.open();
    link.network.powerOff("b");
    a.send("hello?");
    await link.clock.advance(60_000);
    expect(a.heard).toEqual([]);
    await expect(link.connect()).rejects.toMatchObject({ code: "CONNECT_TIMED_OUT" });
  });

  it("knows nothing of its connections when it is back, and says so to whoever uses them", async () => {
    const [link, a] = await Link.open();
    link.network.powerOff("b");
    await link.clock.advance(1_000);
    await link.listen(link.network.transport("b"));
    await link.clock.advance(1_000);
    expect(a.heard).toEqual([]);
    a.send("are you the one I know?");
    await link.clock.advance(10);
    expect(a.heard).toEqual(["broken"]);
    expect(link.network.connections).toBe(0);
    const [again, there] = await link.connect();
    again.send("hello");
    await link.clock.advance(10);
    expect(there.heard).toEqual(["hello"]);
  });
});

describe("a process that stands still", () => {
  it("is connected to by its operating system, and hears everything when it goes on", async () => {
    const link = new Link();
    const process = link.clock.process();
    await link.listen(link.network.transport("b", process));
    process.freeze();
    const { signal } = new AbortController();
    const connecting = link.network.transport("a").connect({ host: "b", port: 1 }, 1_000, signal);
    const connection = await link.clock.settle(connecting);
    connection.handle({ onFrame: () => {}, onClose: () => {} });
    connection.send(Buffer.from("hello"));
    await link.clock.advance(10_000);
    expect(link.accepted).toEqual([]);
    process.thaw();
    await link.clock.advance(10);
    expect(link.accepted.map(({ heard }) => heard)).toEqual([["hello"]]);
  });

  it("has a bounded number of connections accepted for it", async () => {
    const link = new Link();
    const process = link.clock.process();
    await link.listen(link.network.transport("b", process));
    process.freeze();
    const { signal } = new AbortController();
    const transport = link.network.transport("a");
    const attempts = Array.from({ length: 600 }, () =>
      transport.connect({ host: "b", port: 1 }, 500, signal).then(
        () => "connected",
        (error) => error.code,
      ),
    );
    const outcomes = await link.clock.settle(Promise.all(attempts));
    expect(outcomes.filter((outcome) => outcome === "connected")).toHaveLength(511);
    expect(outcomes.filter((outcome) => outcome === "CONNECT_TIMED_OUT")).toHaveLength(89);
  });

  it("finds its own attempt timed out, and leaves no connection, if it stood still for too long", async () => {
    const link = new Link();
    await link.listen();
    const process = link.clock.process();
    const { signal } = new AbortController();
    const connecting = link.network.transport("a", process).connect({ host: "b", port: 1 }, 500, signal);
    const outcome = connecting.then(
      () => "connected",
      (error) => error.code,
    );
    process.freeze();
    await link.clock.advance(2_000);
    process.thaw("timers");
    await link.clock.advance(10);
    expect(await outcome).toBe("CONNECT_TIMED_OUT");
    expect(link.network.connections).toBe(0);
  });
});

describe("a connection with too much under way", () => {
  it("takes no more until some of it has arrived", async () => {
    const [link, a] = await Link.open({ maxUnsentBytes: 10 });
    const send = (text: string) => a.connection.send(Buffer.from(text));
    expect([send("123456"), send("1234"), send("1")]).toEqual([true, true, false]);
    await link.clock.advance(10);
    expect(send("1")).toBe(true);
  });
});

describe("the network", () => {
  it("counts attempts to connect, by host, those that fail too", async () => {
    const [link] = await Link.open();
    const { signal } = new AbortController();
    const failing = link.network.transport("c").connect({ host: "nobody", port: 1 }, 10, signal);
    await link.clock.settle(failing.catch(() => {}));
    expect(Object.fromEntries(link.network.dials)).toEqual({ a: 1, c: 1 });
  });

  it("shows every frame that it delivers to the trace", async () => {
    const trace = new FrameTrace();
    const [link, a, b] = await Link.open({ trace });
    a.send("one", "two");
    b.send("three");
    await link.clock.advance(10);
    expect(trace.frames).toBe(3);
  });
});
