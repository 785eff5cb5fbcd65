import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../src/seeded-random.js";
import { Link } from "./support/link.js";

describe("frames on a simulated network", () => {
  it("take a random time within the bounds given", async () => {
    const [link, a, b] = await Link.open({ latencyMs: [5, 9] });
    const took: number[] = [];
    for (let sent = 0; sent < 50; sent++) {
      const at = link.clock.now();
      a.send("x");
      await link.clock.advance(20);
      took.push((b.arrivals.at(-1) as number) - at);
    }
    expect(Math.min(...took)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...took)).toBeLessThanOrEqual(9);
    expect(Math.max(...took) - Math.min(...took)).toBeGreaterThan(2);
  });

  it("arrive in order, all of them, whatever is cut and healed meanwhile", async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("send" as const) }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ kind: fc.constantFrom("cut" as const, "heal" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { maxLength: 40 }), async (seed, steps) => {
        const [link, a, b] = await Link.open({ random: seededRandom(seed), latencyMs: [1, 20] });
        const sent: string[] = [];
        for (const each of steps) {
          if (each.kind === "send") a.send(sent[sent.push(String(sent.length)) - 1] as string);
          else if (each.kind === "wait") await link.clock.advance(each.ms);
          else if (each.kind === "cut") link.network.cut(["a"], ["b"]);
          else link.network.heal();
        }
        link.network.heal();
        a.connection.close();
        await link.clock.advance(100);
        expect(b.heard).toEqual([...sent, "closed"]);
        expect(link.clock.pending).toBe(0);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("are counted when they arrive", async () => {
    const [link, a] = await Link.open();
    a.send("four", "nine char");
    expect(link.network.traffic).toEqual({ frames: 0, bytes: 0 });
    await link.clock.advance(10);
    expect(link.network.traffic).toEqual({ frames: 2, bytes: 13 });
  });
});

describe("a link that is cut", () => {
  it("holds frames up in both directions and tells nobody", async () => {
    const [link, a, b] = await Link.open();
    link.network.cut(["a"], ["b"]);
    a.send("to b");
    b.send("to a");
    await link.clock.advance(60_000);
    expect([a.heard, b.heard]).toEqual([[], []]);
    link.network.heal();
    await link.clock.advance(10);
    expect([a.heard, b.heard]).toEqual([["to a"], ["to b"]]);
  });

  it("holds frames up in one direction only, if that is what was cut", async () => {
    const [link, a, b] = await Link.open();
    link.network.cut(["a"], ["b"], "one-way");
    a.send("to b");
    b.send("to a");
    await link.clock.advance(1_000);
    expect([a.heard, b.heard]).toEqual([["to a"], []]);
    expect([link.network.isCut("a", "b"), link.network.isCut("b", "a")]).toEqual([true, false]);
  });

  it.each(["both", "one-way"] as const)("lets nobody connect (cut %s)", async (direction) => {
    const link = new Link();
    await link.listen();
    link.network.cut(["b"], ["a"], direction);
    await expect(link.connect()).rejects.toMatchObject({ code: "CONNECT_TIMED_OUT" });
    expect(link.clock.now()).toBe(1_000);
    expect(link.accepted).toEqual([]);
  });

  it("delivers what was sent before the other side closed, after it is healed", async () => {
    const [link, a, b] = await Link.open();
    link.network.cut(["a"], ["b"]);
    a.send("last words");
    a.connection.close();
    await link.clock.advance(1_000);
    expect(b.heard).toEqual([]);
    link.network.heal();
    await link.clock.advance(10);
    expect(b.heard).toEqual(["last words", "closed"]);
  });
});

describe("a connection that breaks", () => {
  it("is noticed on both sides, and loses what was under way", async () => {
    const [link, a, b] = await Link.open();
    a.send("lost");
    b.send("lost");
    link.network.breakConnections("a", "b");
    await link.clock.advance(10);
    expect([a.heard, b.heard]).toEqual([["broken"], ["broken"]]);
    expect(a.connection.send(Buffer.from("late"))).toBe(false);
    expect(link.network.connections).toBe(0);
  });

  it("leaves the connections between other hosts alone", async () => {
    const [link, a, b] = await Link.open();
    link.network.breakConnections("a", "c");
    a.send("hello");
    await link.clock.advance(10);
    expect(b.heard).toEqual(["hello"]);
  });
});

describe("a connection that carries nothing one way", () => {
  it("stands, and carries the other", async () => {
    const [link, a, b] = await Link.open();
    a.send("lost");
    link.network.swallow("a", "b");
    a.send("lost");
    b.send("to a");
    await link.clock.advance(60_000);
    expect([a.heard, b.heard]).toEqual([["to a"], []]);
    expect(link.network.connections).toBe(1);
  });

  it("does not even carry its end", async () => {
    const [link, a, b] = await Link.open();
    link.network.swallow("a", "b");
    a.connection.close();
    await link.clock.advance(60_000);
    expect([a.heard, b.heard]).toEqual([["closed"], []]);
  });

  it("says so when it breaks", async () => {
    const [link, a, b] = await Link.open();
    link.network.swallow("a", "b");
    link.network.breakConnections("a", "b");
    await link.clock.advance(10);
    expect([a.heard, b.heard]).toEqual([["broken"], ["broken"]]);
  });
});

describe("a host that crashes", () => {
  it("breaks its connections and refuses new ones", async () => {
    const [link, a] = await Link.open();
    link.network.crash("b");
    await link.clock.advance(10);
    expect(a.heard).toEqual(["broken"]);
    await expect(link.connect()).rejects.toMatchObject({ code: "CONNECT_FAILED" });
  });

  it("is out of the network for good, even if what ran there goes on", async () => {
    const link = new Link();
    await link.listen();
    const ghost = link.network.transport("a");
    link.network.crash("a");
    await expect(link.connect(ghost)).rejects.toMatchObject({ code: "CONNECT_TIMED_OUT" });
  });

  it("can be started again", async () => {
    const [link] = await Link.open();
    link.network.crash("b");
    await link.listen();
    const [a, b] = await link.connect();
    a.send("hello again");
    await link.clock.advance(10);
    expect(b.heard).toEqual(["hello again"]);
  });

  it("behind a cut link is not noticed until the link is healed", async () => {
    const [link, a] = await Link.open();
    link.network.cut(["a"], ["b"]);
    link.network.crash("b");
    await link.clock.advance(60_000);
    expect(a.heard).toEqual([]);
    link.network.heal();
    await link.clock.advance(10);
    expect(a.heard).toEqual(["broken"]);
  });
});

describe("addresses on a simulated network", () => {
  it("are refused where nobody listens", async () => {
    await expect(new Link().connect()).rejects.toMatchObject({
      code: "CONNECT_FAILED",
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("can be reached by another name", async () => {
    const link = new Link();
    await link.listen(link.network.transport("10.0.0.1"), "10.0.0.1");
    link.network.alias("b", "10.0.0.1");
    const [a, b] = await link.connect();
    a.send("hello");
    await link.clock.advance(10);
    expect(b.heard).toEqual(["hello"]);
  });

  it.each(["0.0.0.0", "::"])("are the host's own where somebody listens on %s", async (wildcard) => {
    const link = new Link();
    await link.listen(link.network.transport("b"), wildcard);
    await link.listen(link.network.transport("c"), wildcard);
    const [a] = await link.connect();
    a.send("hello");
    await link.clock.advance(10);
    expect(link.accepted.map(({ heard }) => heard)).toEqual([["hello"]]);
  });
});
