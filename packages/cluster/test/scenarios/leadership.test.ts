import type { ClusterEvent, ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { inShort, record, Simulation, seen, statusOf } from "../support/simulation.js";

const leaderIn = ({ cluster }: ClusterSystem) => cluster.leader?.node.host;

/** What became of one node, as events tell. */
function lifeOf(system: ClusterSystem, events: readonly ClusterEvent[]): string[] {
  const { id } = system.cluster.self;
  return events.flatMap((event) => (event.kind === "membership" && event.member.node.id === id ? [event.to] : []));
}

describe("the leader of a cluster", () => {
  it("is the lowest of three, in the eyes of all of them", async () => {
    await using world = new Simulation();
    const systems = await world.form(3);
    expect(systems.map(leaderIn)).toEqual(Array(3).fill("10.0.0.1"));
  });

  it("is not taken over from by a newcomer with a lower address until that is up", async () => {
    await using world = new Simulation();
    const high = await world.start({ host: "10.0.0.8" });
    const higher = await world.start({ host: "10.0.0.9" });
    await world.join([higher], high);
    await world.united([high, higher]);
    const events = record(high);
    const low = await world.start({ host: "10.0.0.2" });
    await world.join([low], higher);
    await world.united([high, higher, low]);
    expect(events.map(inShort)).toEqual(["snapshot of 2", "2: unknown → joining", "2: joining → up", "leader 8 → 2"]);
  });

  it("is nobody below the minimum, so that nobody becomes up; at the minimum all do, everywhere", async () => {
    await using world = new Simulation({
      configure: ({ leadership }) => {
        leadership.minimumMembers = 3;
      },
    });
    const [a, b, c] = await world.startMany(3);
    await world.join([b], a);
    await world.clock.advance(30_000);
    expect([a, b].map(seen)).toEqual(Array(2).fill("1 joining, 2 joining"));
    expect([a, b].map(leaderIn)).toEqual([undefined, undefined]);
    expect(a.cluster.explain().situation).toMatchObject({
      code: "TOO_FEW_MEMBERS",
      message: expect.stringContaining("2 of 3"),
    });
    await world.join([c], b);
    await world.united([a, b, c]);
    expect([a, b, c].map(leaderIn)).toEqual(Array(3).fill("10.0.0.1"));
  });

  it("that is downed is followed by the next lowest where there are enough left, and that is told once", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const events = [b, c].map(record);
    world.crash(a);
    await world.remove(a, c, [b, c]);
    await world.clock.advance(5_000);
    expect([b, c].map(leaderIn)).toEqual(Array(2).fill("10.0.0.2"));
    for (const heard of events) {
      expect(heard.filter(({ kind }) => kind === "leadership").map(inShort)).toEqual(["leader 1 → 2"]);
    }
  });

  it.each([
    ["is kept, and removes who is down", true, "10.0.0.1", "1 up, 2 up"],
    ["is lost, so that nobody removes who is down", false, undefined, "1 up, 2 up, 3 down"],
  ])("below the minimum %s, as configured", async (_, keepBelowMinimum, leader, view) => {
    await using world = new Simulation({
      configure: ({ leadership }) => {
        leadership.minimumMembers = 3;
        leadership.keepBelowMinimum = keepBelowMinimum;
      },
    });
    const [a, b, c] = await world.form(3);
    world.crash(c);
    a.cluster.down(c.cluster.self);
    await world.clock.advance(10_000);
    expect([a, b].map(leaderIn)).toEqual([leader, leader]);
    expect([a, b].map(seen)).toEqual([view, view]);
  });

  it("of two that dies is followed by the other, which downs and removes it", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    world.crash(a);
    await world.remove(a, b, [b]);
    expect([leaderIn(b), seen(b)]).toEqual(["10.0.0.2", "2 up"]);
  });

  it("becomes who is alone at once where one is enough", async () => {
    await using world = new Simulation({
      configure: ({ leadership }) => {
        leadership.minimumMembers = 1;
      },
    });
    const [a] = await world.startMany(1);
    await expect(world.clock.settle(a.cluster.joined())).resolves.toMatchObject({ status: "up", upNumber: 1 });
    expect(leaderIn(a)).toBe("10.0.0.1");
  });

  it("numbers members in the order in which they become up", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const [c] = await world.startMany(1);
    await world.join([c], b);
    await world.united([a, b, c]);
    const [d] = await world.startMany(1);
    await world.join([d], c);
    await world.united([a, b, c, d]);
    expect([...d.cluster.membership].map(({ upNumber }) => upNumber)).toEqual([1, 2, 3, 4]);
  });
});

describe("a member that goes", () => {
  const WAYS: Readonly<Record<string, (gone: ClusterSystem, other: ClusterSystem) => void>> = {
    leaves: (gone) => void gone.cluster.leave(),
    "is shut down": (gone) => void gone.shutdown(),
    "downs itself": (gone) => void gone.cluster.down(gone.cluster.self),
    "is downed by another": (gone, other) => void other.cluster.down(gone.cluster.self),
  };
  const cases = Object.keys(WAYS).flatMap((way) => [
    { way, role: "the leader", at: 0 },
    { way, role: "not the leader", at: 2 },
  ]);

  it.each(cases)("and $way is down, then removed, in the eyes of the others: $role", async ({ way, at }) => {
    await using world = new Simulation();
    const systems = await world.form(3);
    const gone = systems[at] as ClusterSystem;
    const others = systems.filter((system) => system !== gone) as [ClusterSystem, ClusterSystem];
    const events = others.map(record);
    const downs = others.map(({ cluster }) => cluster.waitFor([gone.cluster.self], "down", { withinMs: 5_000 }));
    WAYS[way]?.(gone, others[1]);
    await world.clock.settle(Promise.all(downs));
    await world.united(others);
    await world.clock.settle(gone.terminated);
    for (const heard of events) expect(lifeOf(gone, heard).slice(-2)).toEqual(["down", "removed"]);
    expect(others.map(leaderIn)).toEqual(Array(2).fill(at === 0 ? "10.0.0.2" : "10.0.0.1"));
  });

  it("gracefully is seen leaving, then down, then removed, and is gone from the others when it has ended", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const events = [a, b].map(record);
    await world.clock.settle(c.cluster.leave());
    await expect(c.terminated).resolves.toEqual({ reason: "left" });
    await world.united([a, b]);
    for (const heard of events) expect(lifeOf(c, heard)).toEqual(["leaving", "down", "removed"]);
  });

  it("gracefully where nobody leads says that it is down before it ends", async () => {
    await using world = new Simulation({
      configure: ({ leadership }) => {
        leadership.minimumMembers = 3;
      },
    });
    const [a, b] = await world.startMany(2);
    await world.join([b], a);
    const events = record(b);
    await world.clock.settle(a.cluster.leave());
    await world.clock.advance(100);
    expect(events.map(inShort)).toEqual(["snapshot of 2", "1: joining → down"]);
  });

  it("gracefully takes no time to speak of", async () => {
    await using world = new Simulation();
    const [, , c] = await world.form(3);
    const begun = world.clock.now();
    await world.clock.settle(c.shutdown());
    expect(world.clock.now() - begun).toBeLessThan(150);
  });

  it("because it was downed learns of it, acts as configured after the time configured, and ends as downed", async () => {
    await using world = new Simulation();
    const acted: number[] = [];
    const [a, b] = await world.form(2);
    const c = await world.start({
      configure: ({ onDown }) => {
        onDown.delayMs = 1_500;
        onDown.action = () => acted.push(world.clock.now());
      },
    });
    await world.join([c], a);
    await world.united([a, b, c]);
    const events = record(c);
    const downedAt = world.clock.now();
    await world.remove(c, a, [a, b]);
    await world.clock.advance(10_000);
    expect(lifeOf(c, events)).toContain("down");
    expect(acted).toHaveLength(1);
    expect((acted[0] ?? 0) - downedAt).toBeGreaterThanOrEqual(1_500);
    expect((acted[0] ?? 0) - downedAt).toBeLessThan(1_510);
    expect(statusOf(c, c)).not.toBe("up");
    expect(c.cluster.explain().situation.code).toBe("DOWN");
    await world.clock.settle(c.shutdown());
    await world.clock.settle(c.terminated);
  });

  it("because it was downed is talked to for another second, so that it learns of it, and then no longer", async () => {
    await using world = new Simulation({
      configure: ({ onDown }) => {
        onDown.action = "none";
      },
    });
    const [a, b, c] = await world.form(3);
    await world.clock.advance(10_000);
    expect(world.network.connections).toBe(3);
    await world.remove(c, a, [a, b]);
    await world.clock.advance(500);
    expect([world.network.connections, statusOf(c, c)]).toEqual([3, "unknown"]);
    await world.clock.advance(1_000);
    expect(world.network.connections).toBe(1);
    await world.clock.advance(60_000);
    expect(world.network.connections).toBe(1);
  });

  it("because it was downed shuts down after three seconds unless told otherwise", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const begun = world.clock.now();
    a.cluster.down(c.cluster.self);
    await expect(world.clock.settle(c.terminated)).resolves.toEqual({ reason: "downed" });
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(3_000);
    expect(world.clock.now() - begun).toBeLessThan(3_100);
    await world.united([a, b]);
  });
});
