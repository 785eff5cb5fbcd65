import { describe, expect, it } from "vitest";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

const MINUTE = 60_000;

describe("the join scheduler compares who is listed with who is a member", () => {
  it("joins the first one listed in the turn the listing arrives in", async () => {
    const world = await new SchedulerWorld().start(A);
    expect(world.clock.now()).toBe(0);
    expect(world.joiner.tried).toEqual([A]);
  });

  it("joins only B when A is a member and both are listed", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    await world.list(A, B);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A, B]);
  });

  it("does nothing when the same listing comes again", async () => {
    const world = await new SchedulerWorld().start(A, B);
    await world.accept(A);
    await world.accept(B);
    await world.list(B, A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried.toSorted()).toEqual([A, B]);
  });

  it("does nothing when a member vanishes from the listing", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    const before = [...world.membership.members];
    await world.list();
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    expect([...world.membership.members]).toEqual(before);
  });

  it("joins again when a member was removed and is still listed", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A, "first");
    world.membership.remove("first");
    await world.clock.advance(100);
    expect(world.joiner.tried).toEqual([A, A]);
  });

  it("joins again when a removed member returns to the listing", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A, "first");
    await world.list();
    world.membership.remove("first");
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    await world.list(A);
    expect(world.joiner.tried).toEqual([A, A]);
  });

  it("does not dial whoever joined us first", async () => {
    const world = new SchedulerWorld();
    world.membership.add("node-a", A);
    await world.start(A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([]);
  });

  it("does not dial a member that is listed with its node id under another address", async () => {
    const world = new SchedulerWorld();
    world.membership.add("node-a", A);
    await world.start();
    world.discovery.set([{ host: "node-a.example", port: 7337, id: "node-a" }]);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([]);
  });

  it("remembers who answered under an alias, and dials it again only when that member was removed", async () => {
    const alias = "a.example:7337";
    const world = await new SchedulerWorld().start(alias);
    world.membership.add("node-a", A);
    world.joiner.attemptOn(alias).answer({ kind: "joined", nodeId: "node-a" });
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([alias]);
    world.membership.remove("node-a");
    await world.clock.advance(100);
    expect(world.joiner.tried).toEqual([alias, alias]);
  });

  it("takes two spellings of a host for one endpoint", async () => {
    const world = await new SchedulerWorld().start("db.example:1", "DB.Example.:1");
    expect(world.joiner.attempts).toHaveLength(1);
  });
});

describe("oneself in the listing", () => {
  it("is recognised by the handshake, under whatever name, and not tried again", async () => {
    const alias = "my-other-name.example:7337";
    const world = await new SchedulerWorld().start(alias);
    world.joiner.attemptOn(alias).answer({ kind: "self" });
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.tried).toEqual([alias]);
    expect(world.stateOf(alias)).toBe("self");
  });

  it("is not even dialled when it is listed with our node id", async () => {
    const world = new SchedulerWorld({ selfId: "me" });
    await world.start();
    world.discovery.set([{ host: "my-other-name.example", port: 7337, id: "me" }, A]);
    await settle();
    expect(world.joiner.tried).toEqual([A]);
    expect(world.stateOf("my-other-name.example:7337")).toBe("self");
  });

  it("is recognised by our own node id in the answer as well", async () => {
    const world = await new SchedulerWorld({ selfId: "me" }).start(A);
    world.joiner.attemptOn(A).answer({ kind: "joined", nodeId: "me" });
    await settle();
    expect(world.stateOf(A)).toBe("self");
  });

  it("does not count as a fellow member", async () => {
    const world = await new SchedulerWorld({ selfId: "me" }).start("10.0.0.1:7337");
    expect(world.stateOf("10.0.0.1:7337")).toBe("self");
    expect(world.scheduler.explain().situation.code).toBe("ONLY_SELF_LISTED");
  });
});

describe("discovery goes on after the join", () => {
  it("and brings two islands together", async () => {
    const world = new SchedulerWorld();
    world.acceptAll();
    await world.start(A);
    await world.clock.advance(MINUTE);
    world.joiner.behaviour = (endpoint, attempt) => {
      // C and D are a cluster of their own; joining one of them brings the other.
      world.membership.addAll([
        ["node-c", C],
        ["node-d", D],
      ]);
      attempt.answer({ kind: "joined", nodeId: endpoint === C ? "node-c" : "node-d" });
    };
    await world.list(A, B, C, D);
    await world.clock.advance(MINUTE);
    expect(world.membership.isMember("node-c") && world.membership.isMember("node-d")).toBe(true);
    expect(world.joiner.tried.some((endpoint) => endpoint === C || endpoint === D)).toBe(true);
  });
});
