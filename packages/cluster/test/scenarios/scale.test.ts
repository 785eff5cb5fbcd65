import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { areUnited, Simulation } from "../support/simulation.js";
import { tapped } from "../support/wire.js";

function listing(count: number) {
  return Array.from({ length: count }, (_, at) => ({ host: `10.0.0.${at + 1}`, port: 7337 }));
}

function discovering(count: number): (settings: ClusterSettings) => void {
  const discovery = inMemoryDiscovery(listing(count));
  return (settings) => {
    settings.discovery = discovery;
    settings.announce = false;
  };
}

describe("a hundred nodes that start at once and see the same listing", () => {
  it("make three attempts to join each at a time, few in all, and soon are one cluster", async () => {
    const count = 100;
    await using world = new Simulation({ configure: discovering(count) });
    const systems = await Promise.all(listing(count).map(({ host }) => world.start({ host })));
    const attempts = { atOnce: 0, inAll: 0 };
    // An attempt takes several milliseconds, so none can come and go between two looks.
    for (let looks = 0; looks < 40; looks++) {
      await world.clock.advance(0.5);
      const joins = systems.map(({ cluster }) => cluster.explain().join);
      attempts.atOnce = Math.max(attempts.atOnce, ...joins.map(({ attemptsUnderWay }) => attemptsUnderWay));
      attempts.inAll = joins.flatMap(({ endpoints }) => endpoints).reduce((sum, each) => sum + each.attempts, 0);
    }
    expect(attempts.atOnce).toBe(3);
    expect(attempts.inAll / count).toBeLessThan(12);
    await world.clock.advance(230);
    expect(areUnited(systems)).toBe(true);
    for (const { cluster } of systems) expect(cluster.leader?.node.host).toBe("10.0.0.1");
  });
});

describe("a cluster at rest", () => {
  /** What one node sends in a minute. */
  async function sentIn(count: number): Promise<Uint8Array[]> {
    await using world = new Simulation();
    let sent: Uint8Array[] = [];
    const send = (frame: Uint8Array) => {
      sent.push(frame);
      return frame;
    };
    const [first] = await world.startMany(1, { configure: tapped(world, { send }) });
    const others = await world.startMany(count - 1);
    await world.join(others, first as ClusterSystem);
    await world.united([first as ClusterSystem, ...others]);
    await world.clock.advance(20_000);
    sent = [];
    await world.clock.advance(60_000);
    return sent.slice();
  }

  it.each([2, 10, 50])("of %i sends pings and acks, and with each ping a digest of the same size", async (count) => {
    const frames = await sentIn(count);
    // A ping is 22 bytes, with the digest; an ack 9.
    expect(new Set(frames.map(({ length }) => length))).toEqual(new Set([22, 9]));
    const perSecond = (length: number) => frames.filter((frame) => frame.length === length).length / 60;
    expect(perSecond(22)).toBeGreaterThanOrEqual(1.9);
    expect(perSecond(22)).toBeLessThanOrEqual(2.5);
    expect(perSecond(9)).toBeLessThanOrEqual(3.5);
  });
});

describe("a run in virtual time", () => {
  /** Everything that ten nodes send from their start over a crash, a partition and a comeback to their end. */
  async function trace(seed: number): Promise<string[]> {
    const frames: string[] = [];
    await using world: Simulation = new Simulation({ seed, latencyMs: [0.5, 5], configure: discovering(10) });
    const start = (host: string) => {
      const send = (frame: Uint8Array, to: string) => {
        frames.push(`${world.clock.now()} ${host} > ${to} ${Buffer.from(frame).toString("hex")}`);
        return frame;
      };
      return world.start({ host, configure: tapped(world, { send }) });
    };
    const systems = await Promise.all(listing(10).map(({ host }) => start(host)));
    await world.united(systems);
    const [first, second, third] = systems.map(({ cluster: { self } }) => self.host) as [string, string, string];
    world.network.cut([first], [second, third]);
    world.network.breakConnections(first, second);
    await world.clock.advance(5_000);
    world.network.heal();
    world.network.crash(third);
    systems[5]?.cluster.down({ host: third, port: 7337 });
    await world.clock.advance(500);
    const again = await start(third);
    await world.united([...systems.toSpliced(2, 1), again]);
    return frames;
  }

  it("of ten nodes is the same bit for bit for one seed, and another for another", async () => {
    const [once, twice, other] = [await trace(7), await trace(7), await trace(8)];
    expect(once.length).toBeGreaterThan(500);
    expect(twice).toEqual(once);
    expect(other).not.toEqual(once);
  });
});
