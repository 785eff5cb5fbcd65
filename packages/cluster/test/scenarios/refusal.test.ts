import { describe, expect, it } from "vitest";
import { formatVersion, PROTOCOL_VERSION } from "../../src/handshake/protocol-version.js";
import { failureOf } from "../support/failed-join.js";
import { forEachSeed } from "../support/seeds.js";
import { Simulation, seen, statusOf } from "../support/simulation.js";
import { tapped } from "../support/wire.js";

describe("a node is refused", () => {
  it("with INCOMPATIBLE_PROTOCOL when it speaks another major version", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const future = await world.start({ configure: tapped(world, { send: speaking("2.0.0") }) });
    const { code, lastCode } = await failureOf(world, future.cluster.join(a.cluster.self, { maxAttempts: 1 }));
    expect([code, lastCode]).toEqual(["GAVE_UP", "INCOMPATIBLE_PROTOCOL"]);
    expect(a.cluster.explain().rejections).toEqual({ INCOMPATIBLE_PROTOCOL: 1 });
    expect([seen(a), seen(future)]).toEqual(["1 joining", "2 joining"]);
  });

  it.each(["1.1.99", "1.7.0"])("not when it speaks a newer version of the same protocol: %s", async (version) => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const newer = await world.start({ configure: tapped(world, { send: speaking(version) }) });
    await world.join([newer], a);
    await world.united([a, newer]);
  });

  it("with WRONG_SYSTEM when its system has another name", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const stranger = await world.start({ system: "another" });
    const { lastCode, message } = await failureOf(world, stranger.cluster.join("10.0.0.1:7337", { maxAttempts: 1 }));
    expect(lastCode).toBe("WRONG_SYSTEM");
    expect(message).toMatch(/simulated.*another/);
    expect(a.cluster.explain().rejections).toEqual({ WRONG_SYSTEM: 1 });
    expect([seen(a), seen(stranger)]).toEqual(["1 joining", "2 joining"]);
  });

  it("with WRONG_TARGET when somebody else answers at a member's address", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    world.crash(b);
    // Somebody else got the address, of the same system, and does not want to join anybody.
    const other = await world.start({ host: b.cluster.self.host });
    await world.clock.advance(5_000);
    expect(a.cluster.explain().rejections.WRONG_TARGET).toBeGreaterThan(0);
    expect(other.cluster.explain().rejections.WRONG_TARGET).toBeGreaterThan(0);
    expect([seen(other), statusOf(other, a)]).toEqual(["2 joining", "unknown"]);
  });

  it("with NODE_LEAVING by a node that is leaving", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const [c] = await world.startMany(1);
    // Nobody hears b say that it leaves, so it waits.
    world.network.cut([a.cluster.self.host], [b.cluster.self.host]);
    const leaving = b.shutdown();
    await world.clock.advance(100);
    const { lastCode } = await failureOf(world, c.cluster.join(b.cluster.self, { maxAttempts: 1 }));
    expect(lastCode).toBe("NODE_LEAVING");
    await world.clock.settle(leaving);
  });

  it("with NODE_DOWN by a node that was downed", async () => {
    await using world = new Simulation({
      configure: ({ onDown }) => {
        onDown.action = "none";
      },
    });
    const [a, b] = await world.form(2);
    await world.remove(b, a, [a]);
    await world.clock.advance(100);
    const [c] = await world.startMany(1);
    const { lastCode } = await failureOf(world, c.cluster.join(b.cluster.self, { maxAttempts: 1 }));
    expect(lastCode).toBe("NODE_DOWN");
  });
});

describe("a node that was removed behind its back", () => {
  /** Three nodes, the third of which was cut off and removed by the others, and cannot know. */
  async function removed(world: Simulation) {
    const [a, b, c] = await world.form(3);
    const others = [a.cluster.self.host, b.cluster.self.host];
    world.network.cut(others, [c.cluster.self.host]);
    for (const host of others) world.network.breakConnections(host, c.cluster.self.host);
    await world.remove(c, a, [a, b]);
    // By now what was meant for it is given up.
    await world.clock.advance(5_000);
    expect(statusOf(c, c)).toBe("up");
    return [a, b, c] as const;
  }

  it("is refused as TOMBSTONED when it dials, and goes", async () => {
    await using world = new Simulation();
    const [a, b, c] = await removed(world);
    world.network.heal();
    const { reason } = await world.clock.settle(c.terminated);
    expect(reason).toBe("downed");
    expect(c.cluster.explain().rejections.TOMBSTONED).toBeGreaterThan(0);
    expect([seen(a), seen(b)]).toEqual(["1 up, 2 up", "1 up, 2 up"]);
  });

  it("is refused as TOMBSTONED when it is dialled, and goes", async () => {
    await using world = new Simulation();
    const [a, , c] = await removed(world);
    world.network.heal();
    const { lastCode } = await failureOf(world, a.cluster.join(c.cluster.self, { maxAttempts: 1 }));
    expect(lastCode).toBe("TOMBSTONED");
    expect(a.cluster.explain().rejections.TOMBSTONED).toBeGreaterThan(0);
    const { reason } = await world.clock.settle(c.terminated);
    expect(reason).toBe("downed");
  });
});

describe("a node with the id of another", () => {
  const nodeId = "00000000000000aa";

  it("is refused as DUPLICATE_NODE_ID by every member, and not merged", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const original = await world.start({ nodeId });
    await world.join([b, original], a);
    await world.united([a, b, original]);
    const copy = await world.start({ nodeId });
    for (const member of [a, b, original]) {
      const { lastCode } = await failureOf(world, copy.cluster.join(member.cluster.self, { maxAttempts: 1 }));
      expect(lastCode).toBe("DUPLICATE_NODE_ID");
    }
    await world.clock.advance(5_000);
    expect([seen(a), seen(b), seen(original), seen(copy)]).toEqual([...Array(3).fill("1 up, 2 up, 3 up"), "4 joining"]);
  });
});

describe("two nodes that both say that they are at one address, as in containers where 127.0.0.1 was left", () => {
  it("refuse each other as SAME_ADDRESS, say what to set, and go on", async () => {
    await using world = new Simulation({
      configure: ({ node }) => {
        node.bindHost = node.host;
        node.host = "127.0.0.1";
      },
    });
    const [a, b] = await world.startMany(2);
    const { lastCode, message } = await failureOf(world, a.cluster.join("10.0.0.2:7337", { maxAttempts: 1 }));
    expect(lastCode).toBe("SAME_ADDRESS");
    expect(message).toContain("settings.node.host");
    await world.clock.advance(10_000);
    expect([seen(a), seen(b)]).toEqual(["1 joining", "1 joining"]);
    for (const { cluster } of [a, b]) expect(cluster.explain().rejections).toEqual({ SAME_ADDRESS: 1 });
  });
});

describe("two newcomers with one id that join through different members at once", () => {
  it("are both put out, and do not keep the cluster from going on, for 20 seeds", async () => {
    await forEachSeed(20, async (seed) => {
      await using world = new Simulation({ seed, latencyMs: [1, 5] });
      const [a, b, c] = await world.form(3);
      const nodeId = "00000000000000aa";
      const twins = [await world.start({ nodeId }), await world.start({ nodeId })] as const;
      const joins = twins.map(({ cluster }, at) => cluster.join([a, b][at]?.cluster.self ?? "").catch(() => {}));
      await world.clock.settle(Promise.all(joins));
      const endings = await world.clock.settle(Promise.all(twins.map(({ terminated }) => terminated)));
      expect(endings).toEqual([{ reason: "downed" }, { reason: "downed" }]);
      const [d] = await world.startMany(1);
      await world.join([d], a);
      await world.united([a, b, c, d]);
    });
  });
});

/** Rewrites the version that a node offers. */
function speaking(version: string): (frame: Uint8Array) => Uint8Array {
  return (frame) => {
    const text = Buffer.from(frame).toString();
    return text.startsWith('{"rollcall":"offer"')
      ? Buffer.from(text.replace(`"${formatVersion(PROTOCOL_VERSION)}"`, `"${version}"`))
      : frame;
  };
}
