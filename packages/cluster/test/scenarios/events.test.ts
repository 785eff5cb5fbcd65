import { type ClusterEvent, type ClusterSystem, Membership } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { inShort, record, Simulation, seen } from "../support/simulation.js";

/** What a promise is rejected with, or undefined if it is not. */
function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

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

describe("waiting for a cluster", () => {
  it("ends when this node is up, in the moment it is", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const joined = a.cluster.joined({ withinMs: 10_000 });
    let upAt = 0;
    const member = joined.then((up) => {
      upAt = world.clock.now();
      return up;
    });
    await world.join([b], a);
    expect(await world.clock.settle(member)).toMatchObject({ status: "up", node: { host: "10.0.0.1" } });
    expect(a.cluster.membership.get(a.cluster.self.id)?.status).toBe("up");
    expect(world.clock.now()).toBe(upAt);
    await expect(a.cluster.joined()).resolves.toMatchObject({ status: "up" });
  });

  it("ends when another node is up, named by its incarnation, its address or an endpoint", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const { self } = b.cluster;
    const waits = [
      a.cluster.joined(self, { withinMs: 5_000 }),
      a.cluster.joined({ host: self.host, port: self.port }, { withinMs: 5_000 }),
      a.cluster.waitFor([a.cluster.self, self], "up").then((members) => members[1]),
    ];
    await world.join([b], a);
    for (const member of await world.clock.settle(Promise.all(waits))) {
      expect(member).toMatchObject({ status: "up", node: { id: self.id } });
    }
  });

  it("ends when enough members are up", async () => {
    await using world = new Simulation();
    const [a, ...others] = await world.startMany(4);
    const three = a.cluster.waitFor({ atLeast: 3 });
    await world.join(others.slice(0, 1), a);
    await world.clock.advance(1_000);
    await world.join(others.slice(1), a);
    const members = await world.clock.settle(three);
    expect(members.length).toBeGreaterThanOrEqual(3);
    await expect(a.cluster.waitFor({ atLeast: 0, status: "leaving" })).resolves.toEqual([]);
  });

  it.each(["leaving", "down", "removed"] as const)(
    "for a member to be %s ends, though it does not stay so",
    async (status) => {
      await using world = new Simulation();
      const [a, b, c] = await world.form(3);
      const { self } = c.cluster;
      const byIncarnation = a.cluster.waitFor([self], status, { withinMs: 5_000 });
      const byAddress = b.cluster.waitFor([{ host: self.host, port: self.port }], status, { withinMs: 5_000 });
      await world.clock.settle(c.shutdown());
      for (const [member] of await world.clock.settle(Promise.all([byIncarnation, byAddress]))) {
        expect(member?.node.id).toBe(self.id);
      }
    },
  );

  it("fails in time, saying who was seen and why there are not more", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const alone = errorOf(a.cluster.joined({ withinMs: 700 }));
    expect(await world.clock.settle(alone)).toMatchObject({ code: "WAIT_TIMED_OUT" });
    expect(String(await alone)).toMatch(/700 ms.*10\.0\.0\.1:7337 up.*Seen: 10\.0\.0\.1:7337 joining.*no other member/);
    expect(world.clock.now()).toBe(700);

    const [b] = await world.startMany(1);
    await world.join([b], a);
    await world.united([a, b]);
    const three = errorOf(a.cluster.waitFor({ atLeast: 3, withinMs: 100 }));
    await world.clock.settle(three);
    expect(String(await three)).toMatch(/2 of 3 members are up.*10\.0\.0\.1:7337 up, 10\.0\.0\.2:7337 up/);
    const absent = errorOf(a.cluster.waitFor([{ host: "10.0.0.9", port: 7337 }], "up", { withinMs: 100 }));
    await world.clock.settle(absent);
    expect(String(await absent)).toMatch(/10\.0\.0\.9:7337 up/);
  });

  it("fails with NODE_GONE as soon as it can no longer be, and with the signal's reason when that aborts", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const gone = errorOf(a.cluster.waitFor([c.cluster.self], "joining"));
    expect(await gone).toMatchObject({ code: "NODE_GONE" });
    await world.remove(c, b, [a, b]);
    const removed = await errorOf(a.cluster.waitFor([c.cluster.self], "up"));
    expect(removed).toMatchObject({ code: "NODE_GONE", message: expect.stringContaining(c.cluster.self.id) });
    const controller = new AbortController();
    const aborted = errorOf(a.cluster.waitFor({ atLeast: 9, signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(String(await aborted)).toBe("Error: enough");
  });

  it("fails with SHUT_DOWN when the system ends", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const waits = [a.cluster.waitFor({ atLeast: 3 }), a.cluster.joined({ host: "10.0.0.9", port: 1 })].map(errorOf);
    await world.clock.settle(a.shutdown());
    expect(await Promise.all(waits)).toMatchObject([{ code: "SHUT_DOWN" }, { code: "SHUT_DOWN" }]);
    await world.clock.advance(1_000);
    expect(seen(b)).toBe("2 up");
  });
});

describe("the shutdown of a system", () => {
  it("comes by itself at the end of its scope", async () => {
    await using world = new Simulation();
    let leaving: ClusterSystem | undefined;
    const scope = async () => {
      await using system = await world.start();
      leaving = system;
    };
    await world.clock.settle(scope());
    expect(leaving?.cluster.explain().status).toBe("stopped");
  });

  it("happens once, however often it is asked for", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const [first, second] = [a.shutdown(), a.cluster.leave()];
    await world.clock.settle(Promise.all([first, second, a.shutdown(), a[Symbol.asyncDispose]()]));
    await expect(a.terminated).resolves.toEqual({ reason: "left" });
    await world.clock.settle(a.shutdown());
    expect(a.cluster.explain()).toMatchObject({ status: "stopped", situation: { code: "STOPPED" } });
    await world.united([b]);
  });

  it("works at any moment of joining, and leaves nothing scheduled, for 50 moments", async () => {
    for (let moment = 0; moment < 50; moment++) {
      // The simulation itself sees to it that nothing is left.
      await using world = new Simulation({ seed: moment, latencyMs: [0.5, 2] });
      const [a, b] = await world.form(2);
      const [c] = await world.startMany(1);
      const joining = errorOf(c.cluster.join(a.cluster.self.address));
      await world.clock.advance(moment / 3);
      await world.clock.settle(c.shutdown());
      const error = await joining;
      if (error !== undefined) expect(error).toMatchObject({ code: "STOPPED" });
      await world.united([a, b]);
    }
  });

  it("works while the only peer does not answer, and takes no longer than its steps may", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    world.network.cut([a.cluster.self.host], [b.cluster.self.host]);
    const begun = world.clock.now();
    await world.clock.settle(b.shutdown());
    expect(world.clock.now() - begun).toBeLessThanOrEqual(4_100);
    world.network.heal();
  });

  it("of all at once ends soon", async () => {
    await using world = new Simulation();
    const systems = await world.form(5);
    const begun = world.clock.now();
    await world.clock.settle(Promise.all(systems.map((system) => system.shutdown())));
    expect(world.clock.now() - begun).toBeLessThan(5_000);
  });

  it("frees the address for the next one", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    await world.clock.settle(b.shutdown());
    const again = await world.start({ host: b.cluster.self.host });
    await world.join([again], a);
    await world.united([a, again]);
  });

  it("refuses what comes after it", async () => {
    await using world = new Simulation();
    const [a] = await world.form(2);
    await world.clock.settle(a.shutdown());
    await expect(a.cluster.join("10.0.0.2:7337")).rejects.toMatchObject({ code: "STOPPED" });
    await expect(a.cluster.waitFor({ atLeast: 5 })).rejects.toMatchObject({ code: "SHUT_DOWN" });
  });
});
