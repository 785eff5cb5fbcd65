import { type ClusterEvent, type ClusterSystem, noDowning } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/failed-join.js";
import { forEachSeed } from "../support/seeds.js";
import { inShort, record, Simulation, seen, statusOf } from "../support/simulation.js";
import { kindOf, tapped } from "../support/wire.js";

const PORT = 7337;

/** What became of one node, as events tell. */
const lifeOf = ({ cluster: { self } }: ClusterSystem, events: readonly ClusterEvent[]) =>
  events.filter((event) => event.kind === "membership" && event.member.node.id === self.id).map(inShort);

describe("nodes that join", () => {
  it("are in each other's membership, whoever asked", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    await world.join([a], b);
    expect([statusOf(a, b), statusOf(b, a)]).not.toContain("unknown");
    await world.united([a, b]);
    expect(world.network.connections).toBe(1);
  });

  it("all six at once, each to each, end in one cluster with one connection a pair, for 50 seeds", async () => {
    await forEachSeed(50, async (seed) => {
      await using world = new Simulation({ seed, latencyMs: [0.1, 10] });
      const systems = await world.startMany(6);
      await world.clock.settle(
        Promise.all(
          systems.flatMap((system) =>
            systems.filter((other) => other !== system).map(({ cluster }) => system.cluster.join(cluster.self.address)),
          ),
        ),
      );
      await world.united(systems);
      await world.clock.advance(10_000);
      expect(world.network.connections).toBe(15);
      for (const system of systems) expect(system.cluster.explain().associations.open).toBe(5);
    });
  });

  it("each other at once, again and again, end with one connection, for 50 seeds", async () => {
    await forEachSeed(50, async (seed) => {
      await using world = new Simulation({ seed, latencyMs: [0.1, 10] });
      const [a, b] = await world.startMany(2);
      const joins = [a, a, b, b].map((system) => system.cluster.join((system === a ? b : a).cluster.self));
      await world.clock.settle(Promise.all(joins));
      await world.united([a, b]);
      await world.clock.advance(1_000);
      expect(world.network.connections).toBe(1);
    });
  });

  it("and lose power after the handshake, before they are members, leave no connection behind", async () => {
    await using world = new Simulation();
    const [newcomer, member] = await world.startMany(2);
    newcomer.cluster.join(member.cluster.self).catch(() => {});
    await world.clock.until(() => member.cluster.explain().associations.open === 1);
    world.powerOff(newcomer);
    await world.clock.advance(10_000);
    expect(member.cluster.membership.size).toBe(1);
    expect(member.cluster.explain().held.associations).toBe(0);
    expect(world.network.connections).toBe(0);
  });

  it("somebody they are connected with already change nothing", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const events = record(a);
    for (let times = 0; times < 3; times++) await world.join([a], b);
    await world.clock.advance(5_000);
    expect(events.map(inShort)).toEqual(["snapshot of 2"]);
    expect(world.network.connections).toBe(1);
  });

  it.each([
    ["its address", "10.0.0.1:7337"],
    ["another name", "myself.example:7337"],
  ])("themselves by %s are ignored and stay alone", async (_, address) => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    world.network.alias("myself.example", "10.0.0.1");
    await world.clock.settle(a.cluster.join(address));
    await world.clock.advance(5_000);
    expect(seen(a)).toBe("1 joining");
    expect(world.network.connections).toBe(0);
    expect(a.cluster.explain().rejections).toEqual({});
  });

  it("somebody who does not listen yet try until it does", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const joining = a.cluster.join("10.0.0.2:7337");
    await world.clock.advance(20_000);
    const b = await world.start({ host: "10.0.0.2" });
    await world.clock.settle(joining, 4_000);
    await world.united([a, b]);
  });

  it("somebody who shakes hands, but does not say who is a member, count that as a failure", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const mute = await world.start({
      configure: tapped(world, { send: (frame) => (kindOf(frame) === "handshake" ? frame : undefined) }),
    });
    const failure = await failureOf(world, a.cluster.join(mute.cluster.self, { maxAttempts: 1 }));
    expect(failure).toMatchObject({ lastCode: "WAIT_TIMED_OUT", message: expect.stringContaining("10.0.0.2:7337") });
  });

  it("somebody who never listens give up after as many attempts as they were given, and say so", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const failure = await failureOf(world, a.cluster.join("10.0.0.9:7337", { maxAttempts: 3 }));
    expect(failure).toMatchObject({
      code: "GAVE_UP",
      attempts: 3,
      endpoint: "10.0.0.9:7337",
      lastCode: "CONNECT_FAILED",
    });
    expect(failure.message).toMatch(/10\.0\.0\.9:7337.*3/);
  });

  it.each<[string, { host: string; bindHost?: string; port?: number; name?: string }]>([
    ["listens on every interface and advertises one address", { host: "10.0.0.2", bindHost: "0.0.0.0" }],
    ["has an IPv6 address", { host: "fd00::2" }],
    ["listens on every IPv6 interface", { host: "fd00::2", bindHost: "::" }],
    ["listens on any free port", { host: "10.0.0.2", port: 0 }],
    ["advertises a name instead of an address", { host: "node-2.example" }],
    ["is joined by a name it does not advertise", { host: "10.0.0.2", name: "other.example" }],
  ])("somebody who %s find it, and it finds them", async (_, { host, bindHost, port = PORT, name = host }) => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const b = await world.start({
      host,
      configure: ({ node }) => {
        node.port = port;
        node.bindHost = bindHost;
      },
    });
    world.network.alias(name, host);
    const { self } = b.cluster;
    expect(self.port).toBeGreaterThan(0);
    await world.clock.settle(a.cluster.join({ host: name, port: self.port }));
    await world.united([a, b]);
    // Everybody dials what was advertised, so a broken connection shows whether that can be reached.
    world.network.breakConnections("10.0.0.1", host);
    world.network.breakConnections(host, "10.0.0.1");
    await world.clock.advance(5_000);
    expect(world.network.connections).toBe(1);
    expect(a.cluster.explain().associations.open).toBe(1);
  });
});

describe("a node that died and came back at the same address", () => {
  it("is another member: the old one is downed and removed, and all talk to the new one only", async () => {
    const said: unknown[] = [];
    const info = (details: object, message: string) => said.push({ ...details, message });
    await using world = new Simulation({
      configure: (settings) => {
        settings.logger = { ...settings.logger, info };
      },
    });
    const [a, b, c] = await world.form(3);
    const events = record(b);
    world.crash(c);
    await world.clock.advance(200);
    const again = await world.start({ host: c.cluster.self.host });
    await world.join([again], a);
    await world.united([a, b, again]);
    expect(lifeOf(c, events)).toEqual(["3: up → down", "3: down → removed"]);
    expect(lifeOf(again, events)).toEqual(["3: unknown → joining", "3: joining → up"]);
    const [former, peer] = [c, again].map(({ cluster }) => String(cluster.self));
    const message = expect.stringContaining("another incarnation has come to a member's address");
    expect(said).toContainEqual({ former, peer, message });
    await world.clock.advance(10_000);
    expect(world.network.connections).toBe(3);
    for (const system of [a, b, again]) expect(system.cluster.explain().associations.open).toBe(2);
  });

  it("downs the old one by coming, also where no strategy ever would", async () => {
    await using world = new Simulation({
      configure: (settings) => {
        settings.downing = noDowning();
      },
    });
    const [a, b, c] = await world.form(3);
    const events = record(b);
    const again = await world.restart(c);
    await world.join([again], a);
    await world.united([a, b, again]);
    expect(lifeOf(c, events)).toEqual(["3: up → down", "3: down → removed"]);
  });
});

describe("a connection that breaks between two members in good health", () => {
  it("is made again, and nobody is downed", async () => {
    await using world = new Simulation();
    const systems = await world.form(3);
    await world.clock.advance(10_000);
    const events = systems.map(record);
    for (let times = 0; times < 5; times++) {
      world.network.breakConnections("10.0.0.1", "10.0.0.2");
      world.network.breakConnections("10.0.0.2", "10.0.0.1");
      await world.clock.advance(1_000);
      expect(world.network.connections).toBe(3);
    }
    expect(events.map((seenBy) => seenBy.map(inShort))).toEqual(Array(3).fill(["snapshot of 3"]));
  });
});

describe("a node that sees itself and its members listed under other names", () => {
  it("joins each member once, and settles", async () => {
    await using world = new Simulation();
    const names = ["one.example", "two.example", "three.example"];
    names.forEach((name, at) => {
      world.network.alias(name, `10.0.0.${at + 1}`);
    });
    const discovery = inMemoryDiscovery(names, { defaultPort: PORT });
    const systems = await world.startMany(3, {
      configure: (settings) => {
        settings.discovery = discovery;
        settings.announce = false;
      },
    });
    await world.united(systems);
    await world.clock.advance(60_000);
    expect(world.network.connections).toBe(3);
    for (const system of systems) {
      const { endpoints } = system.cluster.explain().join;
      expect(endpoints.map(({ state }) => state).toSorted()).toEqual(["joined", "joined", "self"]);
      for (const { attempts } of endpoints) expect(attempts).toBeLessThanOrEqual(1);
    }
  });
});
