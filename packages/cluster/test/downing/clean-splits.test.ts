import { seededRandom } from "@rollcall/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DowningStrategy, downAll, keepMajority, keepOldest, staticQuorum } from "../../src/downing/index.js";
import type { Member, MemberStatus } from "../../src/membership/member.js";
import { RUNS } from "../support/arbitraries.js";
import { member } from "../support/nodes.js";
import { SplitWorld, ups } from "./support/split-world.js";

/** Those that promise that no two sides survive, for a cluster of so many. */
const SAFE: readonly [string, (members: number) => DowningStrategy][] = [
  ["keepMajority()", () => keepMajority()],
  ['keepMajority({ tieBreak: "nobody" })', () => keepMajority({ tieBreak: "nobody" })],
  ["staticQuorum of more than half", (members) => staticQuorum({ size: Math.floor(members / 2) + 1 })],
  ["staticQuorum that is too small", () => staticQuorum({ size: 2 })],
  ["keepOldest()", () => keepOldest()],
  ["keepOldest({ downIfAlone: false })", () => keepOldest({ downIfAlone: false })],
  ["downAll()", () => downAll()],
];

/** Each of them is a whole cluster, so fewer than usual. */
const CASES = { ...RUNS, numRuns: 150 };

/** Longer than every strategy waits. */
const LONG_MS = 60_000;
/** The longest that a node may take to notice, so that it comes within the waiting time of all strategies. */
const SLOWEST_MS = 4_000;

/** Which side each node is on, from the first node on. */
const anySides = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 9 });
const anySeed = fc.nat(1_000_000);
const anyStatus = fc.oneof(
  { weight: 6, arbitrary: fc.constant<MemberStatus>("up") },
  { weight: 3, arbitrary: fc.constant<MemberStatus>("joining") },
  { weight: 1, arbitrary: fc.constant<MemberStatus>("leaving") },
);

function grouped(sides: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  for (const [index, side] of sides.entries()) groups.set(side, [...(groups.get(side) ?? []), index + 1]);
  return [...groups.values()];
}

/** The same answer for the same pair, whenever it is asked. */
function delays(seed: number): (observer: number, subject: number) => number {
  return (observer, subject) => {
    const random = seededRandom(seed * 10_000 + observer * 100 + subject);
    return random() < 0.3 ? 0 : Math.floor(random() * SLOWEST_MS);
  };
}

/** Up or leaving members in a random order of age, and joining ones. */
function membersOf(statuses: readonly MemberStatus[], seed: number): Member[] {
  const random = seededRandom(seed);
  const ages = statuses.map((_, index) => [random(), index + 1] as const).sort(([a], [b]) => a - b);
  const ageOf = (number: number) => ages.findIndex(([, at]) => at === number) + 1;
  return statuses.map((status, index) =>
    member(index + 1, status, "reachable", status === "joining" ? 0 : ageOf(index + 1)),
  );
}

describe.each(SAFE)("with %s", (_, strategyFor) => {
  it("no two sides of a clean split survive, whoever is joining or leaving, however late each node notices", () => {
    const property = fc.property(
      anySides,
      fc.array(anyStatus, { minLength: 9, maxLength: 9 }),
      anySeed,
      (sides, statuses, seed) => {
        const members = membersOf(statuses.slice(0, sides.length), seed);
        const world = new SplitWorld({ strategy: strategyFor(sides.length), members, noticesAfterMs: delays(seed) });
        world.split(grouped(sides));
        expect(world.run(LONG_MS).survivors).not.toContain("/");
      },
    );
    fc.assert(property, CASES);
  });

  it("no two sides survive when members leave and newcomers join on each of them meanwhile", () => {
    const anyTime = fc.nat(20_000);
    const anyNewcomers = fc.array(fc.record({ atMs: anyTime, through: fc.nat(8) }), { maxLength: 8 });
    const anyLeavers = fc.array(fc.record({ atMs: anyTime, who: fc.nat(8), takesMs: fc.nat(5_000) }), { maxLength: 3 });
    const property = fc.property(anySides, anyNewcomers, anyLeavers, anySeed, (sides, newcomers, leavers, seed) => {
      const members = ups(...sides.map((__, index) => index + 1));
      const world = new SplitWorld({ strategy: strategyFor(sides.length), members, noticesAfterMs: delays(seed) });
      world.split(grouped(sides));
      for (const [index, { atMs, through }] of newcomers.entries()) {
        const contact = (through % sides.length) + 1;
        world.at(atMs, () => world.node(contact).running && world.join(100 + index, contact));
      }
      for (const { atMs, who, takesMs } of leavers) {
        const leaver = (who % sides.length) + 1;
        world.at(atMs, () => world.hold(leaver, leaver, "leaving"));
        world.at(atMs + takesMs, () => world.hold(leaver, leaver, "down"));
      }
      expect(world.run(LONG_MS).survivors).not.toContain("/");
    });
    fc.assert(property, CASES);
  });

  it("nobody goes when the split heals in time", () => {
    const property = fc.property(anySides, fc.integer({ min: 1, max: 4_999 }), (sides, healsAfterMs) => {
      const members = ups(...sides.map((__, index) => index + 1));
      const world = new SplitWorld({ strategy: strategyFor(sides.length), members });
      world.split(grouped(sides));
      world.at(healsAfterMs, () => world.heal());
      expect(world.run(LONG_MS).survivors).toBe(members.map((__, index) => index + 1).join(" "));
      expect(world.deeds).toEqual([]);
    });
    fc.assert(property, CASES);
  });

  it("those who survive any loss of sight, clean or not, still reach each other", () => {
    const anyBlindness = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), {
      maxLength: 24,
    });
    const property = fc.property(anyBlindness, anySeed, (pairs, seed) => {
      const world = new SplitWorld({
        strategy: strategyFor(6),
        members: ups(1, 2, 3, 4, 5, 6),
        noticesAfterMs: delays(seed),
      });
      for (const [observer, subject] of pairs) if (observer !== subject) world.blind(observer, subject);
      expect(world.run(LONG_MS).survivors).not.toContain("/");
    });
    fc.assert(property, CASES);
  });
});

describe("exactly the documented side survives a clean split of members that are all up", () => {
  const lowest = (side: readonly number[]) => side.includes(1);

  it.each<
    [
      string,
      (members: number) => DowningStrategy,
      survives: (side: number[], members: number, oldest: number) => boolean,
    ]
  >([
    [
      "more than half, or half with the lowest address",
      () => keepMajority(),
      (side, members) => 2 * side.length > members || (2 * side.length === members && lowest(side)),
    ],
    ["more than half", () => keepMajority({ tieBreak: "nobody" }), (side, members) => 2 * side.length > members],
    ["at least the quorum", () => staticQuorum({ size: 5 }), (side) => side.length >= 5],
    ["the oldest", () => keepOldest({ downIfAlone: false }), (side, _, oldest) => side.includes(oldest)],
    ["nobody", () => downAll(), () => false],
  ])("%s", (_, strategyFor, survives) => {
    const property = fc.property(anySides, anySeed, (sides, seed) => {
      const groups = grouped(sides);
      fc.pre(groups.length > 1);
      const members = membersOf(
        sides.map(() => "up"),
        seed,
      );
      const oldest = members.findIndex(({ upNumber }) => upNumber === 1) + 1;
      const world = new SplitWorld({ strategy: strategyFor(sides.length), members, noticesAfterMs: delays(seed) });
      world.split(groups);
      const winner = groups.find((side) => survives(side, sides.length, oldest));
      expect(world.run(LONG_MS).survivors).toBe(winner?.join(" ") ?? "nobody");
    });
    fc.assert(property, CASES);
  });
});
