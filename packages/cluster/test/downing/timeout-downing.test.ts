import { describe, expect, it } from "vitest";
import { noDowning, timeoutDowning } from "../../src/downing/index.js";
import { member } from "../support/nodes.js";
import { addressOf, SplitWorld, ups } from "./support/split-world.js";
import { decided, viewOf } from "./support/view.js";

describe("downing by time-out", () => {
  it("lets the leader down whoever has been unreachable long enough, and come back for the others", () => {
    const view = viewOf(ups(1, 2, 3, 4), { unreachable: { 2: 1_000, 3: 400, 4: 999 } });
    expect(decided(timeoutDowning(), view)).toMatchObject({
      down: [2],
      reconsiderInMs: 1,
      because: "Members have been unreachable for 1000 ms, so the leader, this node, downs them.",
    });
  });

  it("leaves it to the leader, and says who that is", () => {
    const view = viewOf(ups(1, 2, 3), { self: 2, unreachable: { 3: 5_000 } });
    expect(decided(timeoutDowning(), view)).toEqual({
      down: [],
      because: `The leader, ${addressOf(1)}, downs members that stay unreachable for 1000 ms.`,
    });
  });

  it("says so if nobody leads", () => {
    const view = viewOf(ups(1, 2, 3), { unreachable: { 2: 5_000, 3: 5_000 }, minimumMembers: 2 });
    expect(decided(timeoutDowning(), view)).toMatchObject({
      down: [],
      because: expect.stringContaining("Nobody leads"),
    });
  });

  it("downs those who never became up, too", () => {
    const view = viewOf([...ups(1), member(2, "joining"), member(3, "leaving")], {
      unreachable: { 2: 1_000, 3: 1_000 },
    });
    expect(decided(timeoutDowning(), view).down).toEqual([2, 3]);
  });

  it("happens after the delay, not before, and is cancelled by being reached again", () => {
    const world = new SplitWorld({ strategy: timeoutDowning({ afterMs: 2_000 }), members: ups(1, 2, 3) });
    world.blind(1, 3);
    world.at(1_999, () => world.reveal(1, 3));
    world.at(5_000, () => world.blind(1, 3));
    world.run(60_000);
    expect(world.deeds.map(({ at, by, down }) => ({ at, by, down }))).toEqual([{ at: 7_000, by: 1, down: [3] }]);
  });

  it("lets the survivor of two take over from the leader", () => {
    const world = new SplitWorld({ strategy: timeoutDowning(), members: ups(1, 2) });
    world.crash(1);
    world.run(60_000);
    expect(world.deeds).toMatchObject([{ at: 1_000, by: 2, down: [1] }]);
  });

  it("makes two clusters of a split one, because each side has a leader", () => {
    const world = new SplitWorld({ strategy: timeoutDowning(), members: ups(1, 2, 3, 4) });
    world.split([
      [1, 2],
      [3, 4],
    ]);
    world.run(60_000);
    expect(world.deeds).toMatchObject([
      { by: 1, down: [3, 4] },
      { by: 3, down: [1, 2] },
    ]);
  });

  it("asks nothing of a node that is down, or that reaches everybody", () => {
    expect(decided(timeoutDowning(), viewOf(ups(1, 2)))).toEqual({ down: [], because: "No member is unreachable." });
    const downed = viewOf([member(1, "down"), ...ups(2)], { unreachable: { 2: 9_000 } });
    expect(decided(timeoutDowning(), downed)).toEqual({ down: [], because: "This node is down." });
  });
});

describe("no downing", () => {
  it("downs nobody, however long, and says that it is left to others", () => {
    const world = new SplitWorld({ strategy: noDowning(), members: ups(1, 2, 3) });
    world.split([[1], [2, 3]]);
    expect(world.run(3_600_000).deeds).toEqual([]);
    expect(world.node(1).because).toContain("cluster.down");
  });
});
