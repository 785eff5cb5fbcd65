import { describe, expect, it } from "vitest";
import { allBut, everybodySeesEverybody, gone, startCluster } from "./support/cluster.ts";
import { Member, type OnTestFinished } from "./support/member.ts";
import type { Setup } from "./support/setup.ts";

async function startScene(onTestFinished: OnTestFinished, setup: Partial<Setup> = {}) {
  const members = await startCluster(3, onTestFinished, setup);
  const sleeper = members[1] as Member;
  return { members, sleeper, others: allBut(members, sleeper) };
}

describe.concurrent("a process", () => {
  it("that is stopped for a while is unreachable, and then reachable again, and nobody goes down", async (context) => {
    const downing = ["noDowning"] as const;
    const { members, sleeper, others } = await startScene(context.onTestFinished, { downing });

    sleeper.signal("SIGSTOP");
    await Promise.all(others.map((one) => one.hasSeen(`${sleeper.id} unreachable`)));
    sleeper.signal("SIGCONT");

    await Promise.all(others.map((one) => one.hasSeen(`${sleeper.id} unreachable`, `${sleeper.id} reachable`)));
    await everybodySeesEverybody(members);
    expect(gone(members)).toEqual([]);
  });

  it.for([
    ["shut down", "shutdown"],
    ["call a function of the user's", "report"],
  ] as const)(
    "that is stopped for long is downed, learns it when it goes on, and does what it was told: %s",
    async ([, onDown], context) => {
      const setup = { onDown, onDownDelayMs: 200 };
      const { sleeper, others } = await startScene(context.onTestFinished, setup);

      sleeper.signal("SIGSTOP");
      await Promise.all(
        others.map((one) => one.hasSeen(`${sleeper.id} unreachable`, `${sleeper.id} down`, `${sleeper.id} removed`)),
      );
      sleeper.signal("SIGCONT");

      expect(await sleeper.says("terminated")).toEqual({ kind: "terminated", reason: "downed" });
      await sleeper.exited;
      expect(sleeper.said.filter(({ kind }) => kind === "on-down")).toHaveLength(onDown === "report" ? 1 : 0);
      await everybodySeesEverybody(others);
      expect(gone(others)).toEqual([`${sleeper.address} down`, `${sleeper.address} removed`]);
    },
  );

  it("whose event loop stands still for two seconds is not downed, and downs nobody", async (context) => {
    const { members, sleeper } = await startScene(context.onTestFinished, { stallMs: 2_000 });

    sleeper.signal("SIGUSR2");

    await sleeper.says("stalled");
    await everybodySeesEverybody(members);
    // A newcomer is up only where the leader and everybody else agree who is there.
    const newcomer = await startNewcomer(members, context.onTestFinished);
    await everybodySeesEverybody([...members, newcomer]);
    expect(gone(members)).toEqual([]);
  });
});

function startNewcomer(members: readonly Member[], onTestFinished: OnTestFinished): Promise<Member> {
  return Member.start({ port: 0, contacts: members.map(({ address }) => address) }, { onTestFinished });
}
