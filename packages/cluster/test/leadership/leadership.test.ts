import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { electLeader } from "../../src/leadership/leadership.js";
import type { Member } from "../../src/membership/member.js";
import { anyMembers, RUNS } from "../support/arbitraries.js";
import { member } from "../support/nodes.js";

const up = (number: number) => member(number, "up");
const joining = (number: number) => member(number, "joining");
const gone = (number: number) => member(number, "up", "unreachable");

/** The number of the leader: the last part of its address. */
function leaderOf(members: readonly Member[], minimumMembers: number, keepBelowMinimum: boolean): number | undefined {
  const leader = electLeader(members, { minimumMembers, keepBelowMinimum });
  return leader === undefined ? undefined : Number(leader.node.host.split(".").at(-1));
}

describe("the leader", () => {
  it.each<[string, Member[], leads: number | undefined]>([
    ["is the lowest of three", [up(2), up(1), up(3)], 1],
    ["is the lowest by number, not by text", [up(10), up(9)], 9],
    ["is the lowest that is reachable", [gone(1), up(2), up(3)], 2],
    ["is the lowest that is up, though somebody lower is joining", [joining(1), up(2), up(3)], 2],
    ["is the lowest that is joining, where nobody is up", [joining(2), joining(1)], 1],
    ["is not somebody who is leaving", [member(1, "leaving"), up(2), up(3)], 2],
    ["is not somebody who is down", [member(1, "down"), up(2), up(3)], 2],
    ["is nobody where nobody is", [], undefined],
    ["is nobody where everybody is unreachable", [gone(1), gone(2)], undefined],
    ["is nobody where everybody is leaving", [member(1, "leaving"), member(2, "leaving")], undefined],
  ])("%s", (_, members, leads) => {
    expect(leaderOf(members, 2, true)).toBe(leads);
    expect(leaderOf(members, 2, false)).toBe(leads);
  });

  it.each<[string, Member[], minimum: number, kept: number | undefined, otherwise: number | undefined]>([
    ["one joining of two", [joining(1)], 2, undefined, undefined],
    ["two joining of three", [joining(1), joining(2)], 3, undefined, undefined],
    ["one up of two", [up(1)], 2, 1, undefined],
    ["one up of two, the other unreachable", [gone(1), up(2)], 2, 2, undefined],
    ["one up of two, the other down", [member(1, "down"), up(2)], 2, 2, undefined],
    ["one up of two, the other leaving", [member(1, "leaving"), up(2)], 2, 2, undefined],
    ["one up and one joining of three", [joining(1), up(2)], 3, 2, undefined],
    ["exactly enough, one of them joining", [joining(1), up(2)], 2, 2, 2],
    ["one of one", [joining(1)], 1, 1, 1],
  ])("below or at the minimum, with %s", (_, members, minimum, kept, otherwise) => {
    expect(leaderOf(members, minimum, true)).toBe(kept);
    expect(leaderOf(members, minimum, false)).toBe(otherwise);
  });

  it("is the same in whatever order the members come", () => {
    const property = fc.property(anyMembers, fc.integer({ min: 1, max: 4 }), fc.boolean(), (members, least, keep) => {
      expect(leaderOf(members.toReversed(), least, keep)).toBe(leaderOf(members, least, keep));
    });
    fc.assert(property, RUNS);
  });
});
