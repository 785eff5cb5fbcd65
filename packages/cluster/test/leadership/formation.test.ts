import { describe, expect, it } from "vitest";
import { holdFormation } from "../../src/leadership/formation.js";
import type { Member } from "../../src/membership/member.js";
import { member } from "../support/nodes.js";

const joining = (number: number): Member => member(number, "joining");
const away = (number: number): Member => member(number, "joining", "unreachable");

const TOO_FEW = "2 of 3 members needed to form a cluster are reachable";

describe("a cluster that does not exist yet", () => {
  it.each<
    [string, Member[], minimumMembers: number, stableMs: number, stableForMs: number, because: string | undefined]
  >([
    ["is not held back unless that is wanted", [joining(1)], 1, 0, 0, undefined],
    ["waits for enough members", [joining(1), joining(2)], 3, 0, 60_000, TOO_FEW],
    ["comes into being with enough", [joining(1), joining(2), joining(3)], 3, 0, 0, undefined],
    ["counts members that leave before it exists", [joining(1), member(2, "leaving")], 2, 0, 0, undefined],
    ["does not count who is unreachable", [joining(1), joining(2), away(3)], 3, 0, 0, TOO_FEW],
    ["does not count who is down", [joining(1), joining(2), member(3, "down")], 3, 0, 0, TOO_FEW],
    [
      "waits until nothing changes",
      [joining(1), joining(2)],
      1,
      500,
      120.7,
      "members and listing have been the same for 120 of 500 ms",
    ],
    ["comes into being when nothing has changed for long enough", [joining(1), joining(2)], 1, 500, 500, undefined],
  ])("%s", (_, members, minimumMembers, stableMs, stableForMs, because) => {
    expect(holdFormation(members, { minimumMembers, stableMs }, stableForMs)?.because).toBe(because);
  });

  it("asks to be looked at again when the rest of the time has passed, and not if only members help", () => {
    const members = [joining(1), joining(2)];
    expect(holdFormation(members, { minimumMembers: 2, stableMs: 500 }, 120)?.reconsiderInMs).toBe(380);
    expect(holdFormation(members, { minimumMembers: 3, stableMs: 500 }, 120)).not.toHaveProperty("reconsiderInMs");
  });
});

describe("a cluster that exists", () => {
  it.each<[string, Member]>([
    ["somebody is up", member(1, "up", "reachable", 1)],
    ["somebody who was up is unreachable", member(1, "up", "unreachable", 1)],
    ["somebody who was up leaves", member(1, "leaving", "reachable", 1)],
    ["somebody who was up is down", member(1, "down", "reachable", 1)],
  ])("holds back nobody: %s", (_, old) => {
    expect(holdFormation([old, joining(2)], { minimumMembers: 9, stableMs: 9_000 }, 0)).toBeUndefined();
  });
});
