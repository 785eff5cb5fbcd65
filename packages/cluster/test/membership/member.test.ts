import { describe, expect, it } from "vitest";
import { canMove, isLiving, MEMBER_STATUSES, type MemberStatus, statusRank } from "../../src/membership/member.js";

const ALLOWED: Readonly<Record<MemberStatus, readonly MemberStatus[]>> = {
  joining: ["up", "leaving", "down"],
  up: ["leaving", "down"],
  leaving: ["down"],
  down: ["removed"],
  removed: [],
};

const pairs = MEMBER_STATUSES.flatMap((from) => MEMBER_STATUSES.map((to) => ({ from, to })));

describe("the status of a member", () => {
  it.each(pairs.filter(({ from, to }) => ALLOWED[from].includes(to)))("may move from $from to $to", ({ from, to }) => {
    expect(canMove(from, to)).toBe(true);
  });

  it.each(pairs.filter(({ from, to }) => !ALLOWED[from].includes(to)))("never moves from $from to $to", (pair) => {
    expect(canMove(pair.from, pair.to)).toBe(false);
  });

  it("ranks as the stations of a life follow each other", () => {
    expect(MEMBER_STATUSES.map(statusRank)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    ["joining", true],
    ["up", true],
    ["leaving", true],
    ["down", false],
    ["removed", false],
  ] as const)("%s counts as taking part: %s", (status, living) => {
    expect(isLiving({ status } as Parameters<typeof isLiving>[0])).toBe(living);
  });
});
