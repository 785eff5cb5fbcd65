import { describe, expect, it } from "vitest";
import { leaderActions } from "../../src/leadership/leader-actions.js";
import { Membership } from "../../src/membership/membership.js";
import { member } from "../support/nodes.js";

describe("what a leader does", () => {
  it("is to make up who is joining and reachable, and to remove who is down, reachable or not", () => {
    const members = [
      member(1, "joining"),
      member(2, "joining", "unreachable"),
      member(3, "up"),
      member(4, "up", "unreachable"),
      member(5, "leaving"),
      member(6, "down"),
      member(7, "down", "unreachable"),
    ];
    const actions = leaderActions(new Membership(members));
    expect(actions.map(({ member: { node }, to }) => `${node.host} ${to}`)).toEqual([
      "10.0.0.1 up",
      "10.0.0.6 removed",
      "10.0.0.7 removed",
    ]);
  });

  it("comes in the order of addresses, so that whoever decides gives the same numbers", () => {
    const members = [12, 3, 7].map((number) => member(number, "joining"));
    const orders = [members, members.toReversed()].map((order) =>
      leaderActions(new Membership(order)).map((action) => action.member.node.host),
    );
    expect(orders[0]).toEqual(["10.0.0.3", "10.0.0.7", "10.0.0.12"]);
    expect(orders[1]).toEqual(orders[0]);
  });
});
