import { type ClusterEvent, type ClusterSystem, Membership } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { Greeter } from "../actors/support/greeter.js";
import { inShort, record, Simulation } from "../support/simulation.js";

/** Two form a cluster, a third comes, dies, is removed, and comes back: changes of every kind. */
async function story(world: Simulation): Promise<ClusterSystem[]> {
  const [a, b] = await world.form(2);
  const [c] = await world.startMany(1);
  await world.join([c], b);
  await world.united([a, b, c]);
  world.crash(c);
  await world.remove(c, a, [a, b]);
  const again = await world.start({ host: c.cluster.self.host });
  await world.join([again], a);
  await world.united([a, b, again]);
  return [a, b, again];
}

/** A third node comes and goes a few times. */
async function letAThirdComeAndGo(world: Simulation, a: ClusterSystem, b: ClusterSystem): Promise<void> {
  for (let times = 0; times < 3; times++) {
    const [c] = await world.startMany(1);
    await world.join([c], b);
    await world.united([a, b, c]);
    await world.clock.settle(c.shutdown());
    await world.united([a, b]);
  }
}

describe("the events of a cluster", () => {
  it("begin with a snapshot for a late subscriber, and go on with every change in order", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const [c] = await world.startMany(1);
    const late = record(b);
    await world.join([c], a);
    await world.united([a, b, c]);
    await world.remove(c, a, [a, b]);
    await world.clock.advance(10);
    expect(late[0]).toMatchObject({ leader: { node: a.cluster.self } });
    expect(late.map(inShort)).toEqual([
      "snapshot of 2",
      "3: unknown → joining",
      "3: joining → up",
      "3: up → down",
      "3: down → removed",
    ]);
  });

  it("begin with a snapshot that no event is ahead of or behind, whenever one subscribes", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const recordings: ClusterEvent[][] = [];
    // A subscriber at every moment at which something happens.
    const joined = world.join([b], a);
    await world.clock.until(() => recordings.push(record(a)) > 60, 60_000);
    await joined;
    const final = a.cluster.membership;
    expect(final.withStatus("up")).toHaveLength(2);
    for (const [snapshot, ...changes] of recordings) {
      if (snapshot?.kind !== "snapshot") return expect.fail("The first event is no snapshot.");
      let membership = snapshot.membership;
      for (const change of changes) {
        if (change.kind === "snapshot" || change.kind === "lagged") return expect.fail("There is another snapshot.");
        if (change.kind === "membership") expect(membership.get(change.member.node.id)?.status).toBe(change.from);
        membership = membership.apply(change);
      }
      expect(membership.toString()).toBe(final.toString());
    }
  });

  it("begin so for who subscribes while a change is told to another listener, with more changes to be told", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const actor = b.resolve(Greeter, String(a.spawn(Greeter)));
    const recordings: ClusterEvent[][] = [];
    // That the first is down is told before who leads now, which is decided by then.
    b.watchTermination(actor, () => {
      recordings.push(record(b));
      b.cluster.down(c.cluster.self);
      recordings.push(record(b));
    });
    await world.remove(a, b, [b]);
    await world.united([b]);
    for (const [snapshot] of recordings) expect(snapshot).toMatchObject({ leader: { node: b.cluster.self } });
    expect(recordings.map((events) => events.map(inShort))).toEqual([
      ["snapshot of 3", "3: up → down", "1: down → removed", "3: down → removed"],
      ["snapshot of 3", "1: down → removed", "3: down → removed"],
    ]);
  });

  it("applied one after the other to an empty membership make the membership", async () => {
    await using world = new Simulation();
    const recordings: ClusterEvent[][] = [];
    const { start } = world;
    world.start = async (...options) => {
      const system = await start.apply(world, options);
      recordings.push(record(system));
      return system;
    };
    const systems = await story(world);
    await world.clock.advance(1_000);
    for (const system of systems) {
      const events = recordings[world.systems.indexOf(system)] ?? [];
      let membership = Membership.empty;
      for (const event of events) {
        if (event.kind === "snapshot") {
          for (const change of membership.diff(event.membership)) membership = membership.apply(change);
        } else if (event.kind !== "lagged") membership = membership.apply(event);
      }
      expect(membership.toString()).toBe(system.cluster.membership.toString());
      const leader = events.findLast((event) => event.kind === "leadership");
      expect(leader?.to?.node.address).toBe(system.cluster.leader?.node.address);
    }
  });

  it("tell of a leader once, and then of the next", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.startMany(3);
    const events = record(c);
    await world.join([b, c], a);
    await world.united([a, b, c]);
    await world.clock.settle(a.shutdown());
    await world.united([b, c]);
    const leaders = events.filter(({ kind }) => kind === "leadership").map(inShort);
    expect(leaders).toEqual(["leader nobody → 1", "leader 1 → 2"]);
  });

  it("do not pile up for a subscriber that stops reading: it is told what it missed, and gets a snapshot", async () => {
    await using world = new Simulation({
      configure: ({ events }) => {
        events.buffered = 4;
      },
    });
    const [a, b] = await world.form(2);
    const subscription = a.cluster.events[Symbol.asyncIterator]();
    await letAThirdComeAndGo(world, a, b);
    expect((await subscription.next()).value).toMatchObject({ kind: "lagged", missed: expect.any(Number) });
    const { value } = await subscription.next();
    expect(value.kind === "snapshot" && value.membership.toString()).toBe(a.cluster.membership.toString());
    expect(value).toMatchObject({ leader: { node: a.cluster.self } });
    await subscription.return?.();
  });

  it("end when the system ends", async () => {
    await using world = new Simulation();
    const [a] = await world.form(2);
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const { kind } of a.cluster.events) kinds.push(kind);
    })();
    await world.clock.settle(a.shutdown());
    await world.clock.settle(reading);
    expect(kinds[0]).toBe("snapshot");
  });
});
