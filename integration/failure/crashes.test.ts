import { expect, it } from "vitest";
import { allBut, everybodySeesEverybody, startCluster } from "./support/cluster.ts";
import type { Member } from "./support/member.ts";

it("a process that is killed is unreachable, then down, then removed everywhere", async ({ onTestFinished }) => {
  const members = await startCluster(5, onTestFinished);
  const victim = members[2] as Member;

  victim.signal("SIGKILL");

  const survivors = allBut(members, victim);
  await Promise.all(
    survivors.map((one) => one.hasSeen(`${victim.id} unreachable`, `${victim.id} down`, `${victim.id} removed`)),
  );
  await everybodySeesEverybody(survivors);
  const changes = ["unreachable", "down", "removed"].map((to) => `${victim.address} ${to}`);
  for (const one of survivors) expect(one.changesTo("unreachable", "down", "removed")).toEqual(changes);
});

it.for([
  ["the first, which leads and is everybody's contact", 0],
  ["the last", 4],
] as const)(
  "a process that is killed and started again on its port is a new member: %s",
  async ([, which], context) => {
    const members = await startCluster(5, context.onTestFinished);
    const victim = members[which] as Member;
    const others = allBut(members, victim);
    victim.signal("SIGKILL");
    await victim.exited;

    const successor = await victim.startAgain(others.map(({ address }) => address));

    await everybodySeesEverybody([...others, successor]);
    for (const one of others) {
      await one.hasSeen(`${victim.id} down`, `${victim.id} removed`);
      await one.hasSeen(`${successor.id} joining`, `${successor.id} up`);
      expect(one.changesTo("down", "removed")).toEqual([`${victim.address} down`, `${victim.address} removed`]);
    }
  },
);
