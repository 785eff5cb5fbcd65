import { describe, expect, it } from "vitest";
import {
  type DowningStrategy,
  downAll,
  keepMajority,
  keepOldest,
  staticQuorum,
  timeoutDowning,
} from "../../src/downing/index.js";
import { member } from "../support/nodes.js";
import { addressOf, SplitWorld, ups } from "./support/split-world.js";
import { decided, viewOf } from "./support/view.js";

const FIVE = ups(1, 2, 3, 4, 5);

describe("a side that has lost", () => {
  it("waits for it to last, and then each of its nodes downs itself and nobody else", () => {
    const early = viewOf(FIVE, { self: 5, unreachable: { 1: 4_999, 2: 4_999, 3: 4_999 } });
    expect(decided(keepMajority(), early)).toEqual({
      down: [],
      reconsiderInMs: 1,
      holdJoining: true,
      because: "This side has 2 of 5 members, a minority; when that has lasted 5000 ms, this node goes down.",
    });
    const due = viewOf(FIVE, { self: 5, unreachable: { 1: 5_000, 2: 5_000, 3: 5_000 } });
    expect(decided(keepMajority(), due)).toEqual({
      down: [5],
      holdJoining: true,
      because: "This side has 2 of 5 members, a minority; that has lasted 5000 ms, so this node goes down.",
    });
  });

  it("has lost since the member that made the difference, whoever was gone before and after", () => {
    const view = viewOf(FIVE, { self: 1, unreachable: { 2: 90_000, 3: 60_000, 4: 3_000, 5: 10 } });
    expect(decided(keepMajority(), view).reconsiderInMs).toBe(2_000);
  });

  it("goes though more and more members become unreachable meanwhile", () => {
    const world = new SplitWorld({
      strategy: keepMajority(),
      members: FIVE,
      noticesAfterMs: (_, subject) => subject * 3_000,
    });
    world.split([[1], [2, 3, 4, 5]]);
    world.run(60_000);
    // 4 is the third of the others, noticed at 12,000; 5 follows at 15,000.
    expect(world.deeds.find(({ by }) => by === 1)).toMatchObject({ at: 17_000, down: [1] });
  });

  it("stays if enough of the others are back in time", () => {
    const world = new SplitWorld({ strategy: keepMajority(), members: FIVE });
    world.split([
      [1, 2],
      [3, 4, 5],
    ]);
    world.at(4_999, () => {
      for (const here of [1, 2])
        for (const [a, b] of [
          [here, 3],
          [3, here],
        ] as const)
          world.reveal(a, b);
    });
    world.run(6_000);
    expect(world.deeds).toEqual([]);
  });
});

describe("a side that survives", () => {
  it("leaves the rest to its leader", () => {
    const view = viewOf(FIVE, { self: 2, unreachable: { 5: 99_000 } });
    expect(decided(keepMajority(), view)).toEqual({
      down: [],
      holdJoining: true,
      because: `This side has 4 of 5 members, a majority; it is for the leader, ${addressOf(1)}, to down the unreachable.`,
    });
  });

  it("downs nobody while it has no leader", () => {
    const view = viewOf(FIVE, { unreachable: { 5: 99_000 }, minimumMembers: 5 });
    expect(decided(keepMajority(), view)).toMatchObject({ down: [], because: expect.stringContaining("nobody leads") });
  });

  it("waits until nothing has changed for as long as the others take to go, and some more", () => {
    const early = viewOf(FIVE, { unreachable: { 4: 20_000, 5: 9_999 } });
    expect(decided(keepMajority(), early)).toEqual({
      down: [],
      reconsiderInMs: 1,
      holdJoining: true,
      because:
        "This side has 3 of 5 members, a majority; the unreachable go down when nothing has changed for 10000 ms.",
    });
    const due = viewOf(FIVE, { unreachable: { 4: 20_000, 5: 10_000 } });
    expect(decided(keepMajority(), due)).toEqual({
      down: [4, 5],
      holdJoining: true,
      because:
        "This side has 3 of 5 members, a majority; nothing has changed for 10000 ms, so the unreachable go down.",
    });
  });

  it("waits for members that came back, too: what changes may change again", () => {
    const view = viewOf(FIVE, { unreachable: { 5: 20_000 }, stableForMs: 8_000 });
    expect(decided(keepMajority(), view)).toMatchObject({ down: [], reconsiderInMs: 2_000 });
  });

  it("waits for what the view does not call a change, because nobody is up yet", () => {
    const members = [1, 2, 3].map((number) => member(number, "joining"));
    const view = viewOf(members, { unreachable: { 3: 2_000 }, stableForMs: 60_000 });
    expect(decided(keepMajority(), view)).toMatchObject({ down: [], reconsiderInMs: 8_000 });
  });

  it("waits longer if its leader took over from somebody who is unreachable", () => {
    const unreachable = { 1: 14_999 };
    expect(decided(keepMajority(), viewOf(FIVE, { self: 2, unreachable }))).toMatchObject({
      down: [],
      reconsiderInMs: 1,
    });
    expect(decided(keepMajority(), viewOf(FIVE, { self: 2, unreachable: { 1: 15_000 } })).down).toEqual([1]);
  });

  it("acts when the other one has gone", () => {
    for (const strategy of [keepMajority(), staticQuorum({ size: 3 }), keepOldest()]) {
      const world = new SplitWorld({ strategy, members: FIVE });
      world.split([
        [1, 2, 3],
        [4, 5],
      ]);
      world.run(60_000);
      expect(
        world.deeds.map(({ at, by, down }) => ({ at, by, down })),
        strategy.name,
      ).toEqual([
        { at: 5_000, by: 4, down: [4] },
        { at: 5_000, by: 5, down: [5] },
        { at: 10_000, by: 1, down: [4, 5] },
      ]);
    }
  });

  it("is never a small one that has not noticed yet how many are gone", () => {
    const twelve = Array.from({ length: 12 }, (_, index) => index + 1);
    const [few, many] = [twelve.slice(0, 2), twelve.slice(2)];
    // It takes the few a minute to notice everybody, one after the other.
    const noticesAfterMs = (observer: number, subject: number) => (observer <= 2 ? subject * 5_000 : 0);
    const world = new SplitWorld({ strategy: keepMajority(), members: ups(...twelve), noticesAfterMs });
    world.split([few, many]);
    expect(world.run(120_000).survivors).toBe(many.join(" "));
    expect(world.deeds.filter(({ by }) => few.includes(by)).map(({ down }) => down)).toEqual([[1], [2]]);
  });
});

describe("of two leaders that do not see each other while somebody sees both", () => {
  it.each([
    [1, 2],
    [2, 1],
  ])("the one with the lower address stays, even if the other one notices first (%i before %i)", (first) => {
    const noticesAfterMs = (observer: number) => (observer === first ? 0 : 2_000);
    const world = new SplitWorld({ strategy: keepMajority(), members: ups(1, 2, 3), noticesAfterMs });
    world.cut(1, 2);
    expect(world.run(60_000).survivors).toBe("1 3");
    expect(world.deeds).toMatchObject([{ by: 1, down: [2] }]);
  });
});

describe("who counts", () => {
  const joining = (...numbers: number[]) => numbers.map((number) => member(number, "joining"));

  it("is not who is joining", () => {
    const world = new SplitWorld({ strategy: keepMajority(), members: [...FIVE, ...joining(6, 7, 8)] });
    world.split([
      [1, 2, 3],
      [4, 5, 6, 7, 8],
    ]);
    expect(world.run(60_000).survivors).toBe("1 2 3");
  });

  it("is who is leaving, but not who leaves without ever having been up", () => {
    const leaving = [member(4, "leaving", "reachable", 4), member(5, "leaving", "reachable", 5)];
    const view = (members = leaving) => viewOf([...ups(1, 2, 3), ...members], { unreachable: { 2: 100, 3: 100 } });
    expect(decided(keepMajority(), view()).because).toContain("3 of 5 members");
    expect(decided(keepMajority(), view([member(4, "leaving"), member(5, "leaving")])).because).toContain(
      "1 of 3 members",
    );
  });

  it("is not who is down already", () => {
    const view = viewOf([...ups(1, 2, 3), member(4, "down"), member(5, "down")], { unreachable: { 3: 100 } });
    expect(decided(keepMajority(), view).because).toContain("2 of 3 members, a majority");
  });

  it("is who is joining while nobody is up", () => {
    const world = new SplitWorld({ strategy: keepMajority(), members: joining(1, 2, 3, 4, 5) });
    world.split([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(world.run(60_000).survivors).toBe("3 4 5");
  });

  it("is asked for only when one who counts is gone: newcomers that crash are downed in their time", () => {
    const members = [...ups(1, 2), ...joining(3, 4)];
    // Fewer than the quorum are up, and yet nothing is lost.
    expect(
      decided(
        staticQuorum({ size: 3 }),
        viewOf(members, { unreachable: { 3: 10_000, 4: 1_000 }, stableForMs: 60_000 }),
      ),
    ).toEqual({
      down: [3],
      reconsiderInMs: 9_000,
      holdJoining: false,
      because:
        "Only members that do not count yet are unreachable; nothing has changed for 10000 ms, so the unreachable go down.",
    });
  });
});

describe("newcomers while the network is split", () => {
  function splitWithNewcomers(strategy: DowningStrategy): SplitWorld {
    const world = new SplitWorld({ strategy, members: FIVE });
    world.split([
      [1, 2, 3],
      [4, 5],
    ]);
    world.at(1_000, () => world.join(6, 4));
    world.at(2_000, () => world.join(7, 5));
    return world;
  }

  it("do not become up, so the smaller side cannot grow into the larger one", () => {
    expect(splitWithNewcomers(keepMajority()).run(60_000).survivors).toBe("1 2 3");
  });

  it("would make it two clusters otherwise", () => {
    const strategy = keepMajority();
    const careless: DowningStrategy = {
      name: "careless",
      decide: (view) => ({ ...strategy.decide(view), holdJoining: false }),
    };
    expect(splitWithNewcomers(careless).run(60_000).survivors).toBe("1 2 3 / 4 5 6 7");
  });
});

describe("members that became up when the network broke, which one side has not heard of", () => {
  const members = [...FIVE, member(6, "joining"), member(7, "joining")];

  /** The leader, 1, made both newcomers up; its side knows. */
  function splitJustAfter(strategy: DowningStrategy, sides: number[][]): SplitWorld {
    const world = new SplitWorld({ strategy, members });
    for (const [upNumber, of] of [
      [6, 6],
      [7, 7],
    ] as const)
      world.hold(1, of, "up", upNumber);
    world.split(sides);
    return world;
  }

  it("end a side that could be the smaller one because of them", () => {
    const world = splitJustAfter(keepMajority(), [
      [1, 2, 6, 7],
      [3, 4, 5],
    ]);
    expect(world.run(60_000).survivors).toBe("1 2 6 7");
    expect(world.deeds.find(({ by }) => by === 3)?.because).toBe(
      "This side has 3 of 5 members, a majority, but 2 joining on the other side may have become up there; " +
        "that has lasted 5000 ms, so this node goes down.",
    );
  });

  it("end the oldest, too, if it cannot know that it is not alone", () => {
    const world = splitJustAfter(keepOldest(), [
      [1, 6],
      [2, 3, 4, 5, 7],
    ]);
    expect(world.run(60_000).survivors).toBe("1 6");
  });

  it("are of no concern to the side that has the leader, who would know", () => {
    const view = viewOf(members, { unreachable: { 4: 100, 5: 100, 6: 100, 7: 100 } });
    expect(decided(keepMajority(), view).because).toContain("3 of 5 members, a majority; the unreachable go down when");
  });

  it("are of concern if the leader that would know may be another one, because the lowest is leaving", () => {
    const changed = [member(1, "leaving", "reachable", 1), ...members.slice(1)];
    const view = viewOf(changed, { self: 3, unreachable: { 2: 100, 5: 100, 6: 100, 7: 100 } });
    expect(decided(keepMajority(), view).because).toContain("2 joining on the other side may have become up there");
  });
});

describe("downing all", () => {
  it("takes everybody along who is not down yet, also if only one does not see one", () => {
    const members = [...ups(1, 2, 3), member(4, "joining"), member(5, "down")];
    const view = viewOf(members, { self: 3, unreachable: { 2: 5_000 } });
    expect(decided(downAll(), view)).toEqual({
      down: [1, 2, 3, 4],
      holdJoining: true,
      because: "Unreachable members: 1; that has lasted 5000 ms, so everybody goes down.",
    });
  });
});

describe("any strategy that takes sides", () => {
  it.each([keepMajority(), staticQuorum({ size: 2 }), keepOldest(), downAll()])(
    "$name has nothing to decide where everybody is reachable, or on a node that is down",
    (strategy) => {
      expect(decided(strategy, viewOf(FIVE))).toEqual({ down: [], because: "No member is unreachable." });
      const downed = viewOf([member(1, "down"), ...ups(2, 3)], { unreachable: { 2: 99_000, 3: 99_000 } });
      expect(decided(strategy, downed)).toEqual({ down: [], because: "This node is down." });
    },
  );

  it.each([timeoutDowning({ afterMs: 5_000 }), keepMajority(), staticQuorum({ size: 3 }), keepOldest(), downAll()])(
    "$name asks to be asked again after a time that moves any clock on",
    (strategy) => {
      const justShort = 5_000 - 2 ** -40;
      for (const gone of [[5], [2, 3, 4, 5]]) {
        const unreachable = Object.fromEntries(gone.map((number) => [number, justShort]));
        const { reconsiderInMs = 0 } = decided(strategy, viewOf(FIVE, { unreachable }));
        expect(2 ** 40 + reconsiderInMs).toBeGreaterThan(2 ** 40);
      }
    },
  );

  it.each([keepMajority(), staticQuorum({ size: 3 }), keepOldest(), downAll()])(
    "$name decides the same again until it is done, and gives the same reason",
    (strategy) => {
      const at = (forMs: number) =>
        decided(strategy, viewOf(FIVE, { self: 5, unreachable: { 1: forMs, 2: forMs, 3: forMs } }));
      expect(at(60_000)).toEqual(at(5_000));
      expect(at(2_000).because).toBe(at(1_000).because);
    },
  );
});
