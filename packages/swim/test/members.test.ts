import { describe, expect, it } from "vitest";
import { Member } from "../src/member.js";
import { Members } from "../src/members.js";
import { STATUS } from "../src/update.js";
import { seededRandom } from "./support/seeded-random.js";

function membersOf(...ids: string[]): Members {
  const members = new Members(seededRandom(1));
  for (const id of ids) members.add(new Member(id));
  return members;
}

function get(members: Members, id: string): Member {
  return members.get(id) as Member;
}

describe("drawing members", () => {
  it("gives each at most once, and all when that many are wanted", () => {
    const members = membersOf("a", "b", "c", "d");
    for (let times = 0; times < 50; times++) {
      const three = members.draw(3, STATUS.reachable);
      expect(new Set(three).size).toBe(3);
      expect(members.draw(9, STATUS.reachable)).toHaveLength(4);
    }
  });

  it("gives each equally often", () => {
    const members = membersOf("a", "b", "c", "d", "e");
    const times = new Map<string, number>();
    for (let draws = 0; draws < 10_000; draws++) {
      for (const { id } of members.draw(2, STATUS.reachable)) times.set(id, (times.get(id) ?? 0) + 1);
    }
    for (const count of times.values()) expect(count / 4000).toBeCloseTo(1, 1);
  });

  it("leaves out whoever is worse than wanted, is not connected, is excepted, or has left", () => {
    const members = membersOf("a", "b", "c", "d", "e", "f");
    get(members, "a").status = STATUS.suspect;
    get(members, "b").status = STATUS.unreachable;
    get(members, "c").connected = false;
    members.delete(get(members, "d"));
    const drawn = (worst: number) =>
      members
        .draw(9, worst, get(members, "e"))
        .map(({ id }) => id)
        .sort();
    expect(drawn(STATUS.reachable)).toEqual(["f"]);
    expect(drawn(STATUS.suspect)).toEqual(["a", "f"]);
  });

  it("goes on working while members come and go", () => {
    const members = membersOf("a", "b", "c");
    members.draw(2, STATUS.reachable);
    members.delete(get(members, "a"));
    members.add(new Member("d"));
    members.delete(get(members, "c"));
    expect(
      members
        .draw(9, STATUS.reachable)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["b", "d"]);
    expect([...members].map(({ id }) => id).sort()).toEqual(["b", "d"]);
    expect(members.size).toBe(2);
  });
});

describe("who could confirm a suspicion", () => {
  it.each([
    [["a"], 0],
    [["a", "b"], 1],
    [["a", "b", "c", "d"], 3],
  ])("is with the others %j one member less than those: %i", (ids, expected) => {
    const members = membersOf(...ids);
    expect(members.possibleConfirmers(get(members, "a"))).toBe(expected);
  });

  it("is nobody who cannot speak himself, but the suspected one is not counted twice", () => {
    const members = membersOf("a", "b", "c", "d", "e");
    get(members, "b").status = STATUS.unreachable;
    get(members, "a").status = STATUS.unreachable;
    members.ruledOut = 2;
    expect(members.possibleConfirmers(get(members, "a"))).toBe(3);
    expect(members.possibleConfirmers(get(members, "c"))).toBe(2);
    members.delete(get(members, "b"));
    expect(members.possibleConfirmers(get(members, "a"))).toBe(3);
  });
});
