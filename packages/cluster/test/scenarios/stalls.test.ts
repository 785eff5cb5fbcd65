import { describe, expect, it } from "vitest";
import { Simulation, statusOf } from "../support/simulation.js";

describe("a leader that stood still", () => {
  it("downs nobody for what it could not hear meanwhile", async () => {
    await using world = new Simulation();
    const [leader, other, silent] = await world.form(3);
    // Long enough to be unreachable, not so long that somebody else would lead and down it.
    world.pause(silent, 2_500);
    const isUnreachable = () => leader.cluster.membership.get(silent.cluster.self.id)?.reachability === "unreachable";
    await world.clock.until(isUnreachable, 5_000, "that the leader cannot reach the silent node");
    world.pause(leader, 2_900);
    await world.clock.advance(20_000);
    expect([leader, other, silent].map((by) => statusOf(silent, by))).toEqual(["up", "up", "up"]);
    expect([leader, other, silent].map((by) => statusOf(leader, by))).toEqual(["up", "up", "up"]);
  });
});
