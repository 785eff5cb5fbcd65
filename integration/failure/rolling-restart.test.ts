import { expect, it } from "vitest";
import { allBut, everybodySeesEverybody, startCluster } from "./support/cluster.ts";
import { fewestUp, rivalLeaders } from "./support/history.ts";

it("seven nodes that are restarted one after the other are never fewer than six, and never have two leaders", async ({
  onTestFinished,
}) => {
  const members = await startCluster(7, onTestFinished);
  const everybody = [...members];
  for (const member of [...members]) {
    member.signal("SIGTERM");
    expect(await member.says("terminated")).toEqual({ kind: "terminated", reason: "left" });
    await member.exited;
    const others = allBut(members, member);
    const successor = await member.startAgain(others.map(({ address }) => address));
    everybody.push(successor);
    members.splice(0, members.length, ...others, successor);
    await everybodySeesEverybody(members);
  }

  expect(everybody).toHaveLength(14);
  expect(fewestUp(everybody)).toBe(6);
  expect(rivalLeaders(everybody)).toEqual([]);
});
