import { type ClusterSystem, UniqueNode } from "@rollcall/cluster";
import { parseEndpoint } from "@rollcall/core";
import { expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { type MemberProcess, startMember } from "./support/member-process.ts";
import { IN_TIME, startNodeThatKnows } from "./support/node.ts";

/** What one node has seen happen to the others. */
class History {
  /** `id status`, in order. */
  readonly statuses: string[] = [];
  fewestUp = Number.POSITIVE_INFINITY;

  async follow({ cluster }: ClusterSystem): Promise<void> {
    for await (const event of cluster.events) {
      if (event.kind !== "membership") continue;
      this.statuses.push(`${event.member.node.id} ${event.to}`);
      this.fewestUp = Math.min(this.fewestUp, cluster.membership.withStatus("up").length);
    }
  }

  of({ id }: MemberProcess): string[] {
    return this.statuses.filter((status) => status.startsWith(id)).map((status) => status.slice(id.length + 1));
  }
}

/** Three nodes that are processes of their own, and one in this process to watch them. */
async function startScene() {
  const first = await startMember(0, []);
  const others = await Promise.all([startMember(0, [first.address]), startMember(0, [first.address])]);
  const members: MemberProcess[] = [first, ...others];
  const observer = await startNodeThatKnows([first.address], ({ leave }) => {
    // When the test is over the others are killed, and there is nobody to say goodbye to.
    leave.stepTimeoutMs = 100;
  });
  await observer.cluster.waitFor({ atLeast: 4, ...IN_TIME });
  const history = new History();
  void history.follow(observer);
  return { members, observer, history };
}

const others = (members: readonly MemberProcess[], one: MemberProcess) =>
  members.filter((member) => member !== one).map(({ address }) => address);

it("a process that was killed and started again on its port is a new member, and the old one is removed", async () => {
  const { members, observer, history } = await startScene();
  const [victim] = members as [MemberProcess];
  const { host, port } = parseEndpoint(victim.address);
  victim.program.kill("SIGKILL");
  await victim.program.exited;

  const successor = await startMember(port, others(members, victim));

  await observer.cluster.waitFor([new UniqueNode("orders", host, port, victim.id)], "removed", IN_TIME);
  await observer.cluster.joined({ host, port }, IN_TIME);
  expect(successor.address).toBe(victim.address);
  expect(observer.cluster.membership.at({ host, port })?.node.id).toBe(successor.id);
  expect(observer.cluster.membership.withStatus("up")).toHaveLength(4);
  expect(observer.cluster.membership.size).toBe(4);
  expect(history.of(victim)).toEqual(["down", "removed"]);
  await eventually(() => history.of(successor)).toEqual(["joining", "up"]);
});

it("a cluster whose nodes are restarted one after the other never lacks more than one", async () => {
  const { members, observer, history } = await startScene();

  for (const [index, member] of members.entries()) {
    member.program.kill("SIGTERM");
    expect(await member.program.exited, member.program.stderr).toEqual({ code: 0, signal: null });
    const successor = await startMember(member.port, others(members, member));
    members[index] = successor;
    await observer.cluster.joined(parseEndpoint(successor.address), IN_TIME);
    expect(history.of(member)).toEqual(["leaving", "down", "removed"]);
  }

  expect(history.fewestUp).toBe(3);
  const ids = [observer.cluster.self.id, ...members.map(({ id }) => id)];
  expect([...observer.cluster.membership].map(({ node }) => node.id).sort()).toEqual(ids.sort());
});
