import { CLUSTER_TOKENS, type ClusterSystem, Node } from "@rollcall/cluster";
import { type Announcer, inMemoryDiscovery, type ServiceDiscovery } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { Simulation } from "../support/simulation.js";
import { kindOf, tapped } from "../support/wire.js";

const situation = ({ cluster }: ClusterSystem) => cluster.explain().situation.code;

describe("a node explains why it is not up", () => {
  it("at each step of its life", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.startMany(3);
    expect(a.cluster.explain()).toMatchObject({
      status: "joining",
      situation: { code: "NOBODY_FOUND" },
      leader: undefined,
    });
    await world.join([b, c], a);
    await world.united([a, b, c]);
    expect([a, b].map(situation)).toEqual(["UP", "UP"]);
    world.network.cut(["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]);
    const leaving = c.shutdown();
    await world.clock.advance(20);
    expect(situation(c)).toBe("LEAVING");
    await world.clock.settle(leaving);
    expect(situation(c)).toBe("STOPPED");
    world.network.heal();
  });

  it("when it waits for others: who leads, and whom the leader has not heard from", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    let silent = true;
    // Its digests stay away, by themselves or with pings, so that the leader never hears that it holds what the leader
    // holds.
    const isDigest = (frame: Uint8Array) => ["digest", "probe"].includes(kindOf(frame));
    const c = await world.start({
      configure: tapped(world, { send: (frame) => (silent && isDigest(frame) ? undefined : frame) }),
    });
    await world.join([b, c], a);
    // Not so long that it would be suspected, as its acks stay away, too.
    await world.clock.advance(1_000);
    expect(a.cluster.explain()).toMatchObject({
      converged: false,
      situation: {
        code: "AWAITING_CONVERGENCE",
        message: expect.stringMatching(/not heard from yet: 10\.0\.0\.3:7337$/),
      },
    });
    expect(b.cluster.explain().situation).toMatchObject({
      code: "AWAITING_LEADER",
      message: expect.stringContaining("10.0.0.1:7337"),
    });
    silent = false;
    await world.united([a, b, c]);
    await world.clock.advance(1_000);
    expect(a.cluster.explain()).toMatchObject({ converged: true, leader: "10.0.0.1:7337" });
  });

  it("in plain data, with what went through its associations and what was dropped", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    await world.clock.advance(10_000);
    const explanation = a.cluster.explain();
    expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({
      self: a.cluster.self.toString(),
      status: "up",
      members: [{ node: a.cluster.self.toString() }, { node: b.cluster.self.toString(), reachability: "reachable" }],
      associations: { open: 1, droppedFrames: 0, refusedConnections: 0 },
      dropped: { undecodableFrames: 0, duplicateNodeIds: 0, forgottenTombstones: 0 },
    });
    expect(explanation.associations.sentFrames).toBeGreaterThan(10);
    expect(explanation.associations.sentFrames).toBe(b.cluster.explain().associations.receivedFrames);
  });

  it("of a member that sends nonsense: it is counted, and both stay members", async () => {
    await using world = new Simulation();
    let spoiled = false;
    const [a] = await world.startMany(1);
    const b = await world.start({
      configure: tapped(world, { send: (frame) => (spoiled ? Buffer.from("nonsense") : frame) }),
    });
    await world.join([b], a);
    await world.united([a, b]);
    spoiled = true;
    // Not for long enough to be taken for dead.
    await world.clock.advance(1_000);
    expect(a.cluster.explain().dropped.undecodableFrames).toBeGreaterThan(2);
    spoiled = false;
    await world.united([a, b]);
  });
});

describe("a node with a discovery that can announce", () => {
  it("is listed while it runs, and not after it has left", async () => {
    await using world = new Simulation();
    const discovery = inMemoryDiscovery();
    const configure = (settings: { discovery: unknown }) => {
      settings.discovery = discovery;
    };
    const systems = await world.startMany(3, { configure });
    await world.united(systems);
    expect(discovery.listing).toMatchObject(
      systems.map(({ cluster: { self } }) => ({
        host: self.host,
        port: self.port,
        id: self.id,
        metadata: { system: "simulated" },
      })),
    );
    expect(systems[0].cluster.explain().announcement.state).toBe("announced");
    await world.clock.settle(systems[0].shutdown());
    expect(discovery.listing).toHaveLength(2);
    expect(systems[0].cluster.explain().announcement.state).toBe("withdrawn");
  });

  it("keeps trying to announce itself while the registry is away, and says so", async () => {
    await using world = new Simulation();
    const registry = inMemoryDiscovery();
    let away = true;
    const discovery: ServiceDiscovery & Announcer = {
      name: "flaky",
      lookup: (request) => registry.lookup(request),
      subscribe: (request) => registry.subscribe(request),
      announce: async (self, request) => {
        if (away) throw new Error("the registry is away");
        return registry.announce(self, request);
      },
    };
    const a = await world.start({
      configure: (settings) => {
        settings.discovery = discovery;
      },
    });
    await world.clock.advance(20_000);
    expect(a.cluster.explain().announcement).toEqual({ state: "retrying", lastError: "the registry is away" });
    away = false;
    await world.clock.advance(40_000);
    expect(registry.listing).toHaveLength(1);
    expect(a.cluster.explain().announcement.state).toBe("announced");
  });

  it("does not announce itself if told not to", async () => {
    await using world = new Simulation();
    const discovery = inMemoryDiscovery();
    const a = await world.start({
      configure: (settings) => {
        settings.discovery = discovery;
        settings.announce = false;
      },
    });
    await world.clock.advance(1_000);
    expect([discovery.listing, a.cluster.explain().announcement.state]).toEqual([[], "off"]);
  });
});

describe("a system that cannot be started", () => {
  it("says which address is taken", async () => {
    await using world = new Simulation();
    await world.start({ host: "10.0.0.1" });
    await expect(world.start({ host: "10.0.0.1" })).rejects.toMatchObject({ code: "BIND_FAILED" });
  });

  it("says which setting is wrong, before it listens", async () => {
    await using world = new Simulation();
    const wrong = world.start({
      host: "10.0.0.1",
      configure: ({ gossip }) => {
        gossip.intervalMs = 0;
      },
    });
    await expect(wrong).rejects.toMatchObject({
      code: "INVALID_SETTING",
      message: expect.stringMatching(/gossip\.intervalMs/),
    });
    await world.start({ host: "10.0.0.1" });
  });

  it("because a part that was registered is unusable gives its address back", async () => {
    await using world = new Simulation();
    const broken = world.start({
      host: "10.0.0.1",
      configure: (settings) => {
        settings.register = (container) => container.registerInstance(CLUSTER_TOKENS.nodeId, () => "no id");
      },
    });
    await expect(broken).rejects.toMatchObject({ code: "INVALID_SETTING" });
    await world.start({ host: "10.0.0.1" });
  });
});

describe("a node is asked to", () => {
  it.each([
    ["join somebody of another system", new Node("another", "10.0.0.2", 7337), "JOIN_REJECTED"],
    ["join a text that is no address", "10.0.0.2", "INVALID_ENDPOINT"],
    ["join a port that is none", { host: "10.0.0.2", port: 0 }, "INVALID_ENDPOINT"],
  ] as const)("%s, and refuses at once", async (_, to, code) => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    await expect(a.cluster.join(to)).rejects.toMatchObject({ code });
  });

  it("down a member by its address, its node or its membership, and says whether there was anything to do", async () => {
    await using world = new Simulation();
    const [a, b, c, d] = await world.form(4);
    const memberC = a.cluster.membership.get(c.cluster.self.id) ?? expect.fail("There is no such member.");
    const downed = [
      a.cluster.down({ host: b.cluster.self.host, port: 7337 }),
      a.cluster.down(memberC),
      a.cluster.down(d.cluster.self),
      a.cluster.down(d.cluster.self),
      a.cluster.down({ host: "10.0.0.9", port: 7337 }),
    ];
    expect(downed).toEqual([true, true, true, false, false]);
    await world.clock.settle(Promise.all([b, c, d].map(({ terminated }) => terminated)));
  });
});
