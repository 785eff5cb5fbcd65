import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { ClusterCore } from "../src/cluster-core.js";
import { noDowning } from "../src/downing/index.js";
import { defaultSettings } from "../src/settings.js";
import { entry, inShort, node } from "./support/nodes.js";

describe("a change that comes while another is told", () => {
  it("is told after it, and has its consequences: who leads", () => {
    const { gossip, leadership, formation, tombstones } = defaultSettings();
    const told: string[] = [];
    const core = new ClusterCore({
      self: node(3),
      clock: new VirtualClock(),
      random: seededRandom(1),
      gossip,
      leadership,
      formation,
      downing: noDowning(),
      tombstones,
      send: () => {},
      isConnected: () => true,
      note: () => {},
      onChange: (change) => {
        told.push(inShort(change));
        // As a failure detector does that is told not to watch the fourth any more, and finds that it is time to give up
        // on the first.
        if (told.at(-1) === "4: up → down") core.setReachability(node(1).id, "unreachable");
      },
      onSettled: () => {},
    });
    core.start();
    const entries = [1, 2, 3, 4].map((number) => entry(number, "up", number));
    core.receive(node(2), { kind: "push", entries, forward: false, greeting: false });
    expect(core.leader?.node.host).toBe("10.0.0.1");
    told.length = 0;
    core.moveTo(node(4).id, "down");
    expect(told.slice(0, 3)).toEqual(["4: up → down", "1: unreachable", "leader 1 → 2"]);
    expect(core.leader?.node.host).toBe("10.0.0.2");
    core.stop();
  });
});
