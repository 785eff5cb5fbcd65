import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { Election } from "../../src/leadership/election.js";
import { electLeader } from "../../src/leadership/leadership.js";
import { MEMBER_STATUSES } from "../../src/membership/member.js";
import { MembershipTable } from "../../src/membership/membership-table.js";
import { member, node } from "../support/nodes.js";
import { forEachSeed } from "../support/seeds.js";

const OPTIONS = { minimumMembers: 3, keepBelowMinimum: false };

describe("an election that follows the changes", () => {
  it("comes to the same as one that looks at all members, whatever happens to them, for 100 seeds", async () => {
    await forEachSeed(100, async (seed) => {
      const random = seededRandom(seed);
      const oneOf = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
      const table = new MembershipTable({ ttlMs: 1_000, capacity: 100 }, (change) => election.note(change));
      const election = new Election(() => table.members(), OPTIONS);
      for (let step = 0; step < 200; step++) {
        const subject = node(Math.floor(random() * 8), Math.floor(random() * 3));
        if (random() < 0.3) table.setReachability(subject.id, oneOf(["reachable", "unreachable"]));
        else if (random() < 0.5) table.move(subject.id, oneOf(MEMBER_STATUSES), 0);
        else table.merge({ node: subject, status: oneOf(MEMBER_STATUSES.slice(0, 2)), upNumber: step }, 0);
        expect(election.leader).toEqual(electLeader(table.members(), OPTIONS));
      }
    });
  });

  it("looks at all members again only when one in front has changed", () => {
    const members = [member(1, "up"), member(2, "up"), member(3, "joining"), member(4, "joining")];
    let looks = 0;
    const all = () => {
      looks++;
      return members;
    };
    const election = new Election(all, OPTIONS);
    expect(election.leader?.node.id).toBe(members[0]?.node.id);
    const [first, , , last] = members;
    if (first === undefined || last === undefined) throw new Error("there are four");
    election.note({ kind: "membership", member: { ...last, status: "up" }, from: "joining", to: "up" });
    expect([election.leader, looks]).toEqual([first, 1]);
    election.note({ kind: "membership", member: { ...first, status: "leaving" }, from: "up", to: "leaving" });
    expect([election.leader, looks]).toEqual([first, 2]);
  });
});
