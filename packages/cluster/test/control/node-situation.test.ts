import { describe, expect, it } from "vitest";
import { nodeSituation } from "../../src/control/node-situation.js";
import type { Member } from "../../src/membership/member.js";
import { CoreNetwork } from "../support/core-network.js";
import { entry, node } from "../support/nodes.js";

describe("a node that is not up because nobody leads", () => {
  it.each<[Member["status"], number]>([
    ["joining", 2],
    ["leaving", 1],
    ["down", 1],
  ])("counts members as an election does: with another one that is %s, %i", (status, count) => {
    const minimumMembers = 3;
    const network = new CoreNetwork(1, { leadership: { minimumMembers } });
    const { core } = network.node(1);
    core.start();
    core.receive(node(2), { kind: "push", entries: [entry(2, status, 0)], forward: false, greeting: false });
    expect(nodeSituation(core, { minimumMembers, keepBelowMinimum: true }, false)).toEqual({
      code: "TOO_FEW_MEMBERS",
      message: `fewer members are reachable than settings.leadership.minimumMembers: ${count} of 3`,
    });
    network.stop();
  });
});
