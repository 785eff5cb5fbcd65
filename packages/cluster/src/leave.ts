import type { Clock } from "@rollcall/core";
import type { ClusterShell } from "./cluster-shell.js";
import type { MemberStatus } from "./membership/member.js";

/** How often the leader is asked again whether it has seen a step, in milliseconds. */
const ASK_AGAIN_MS = 50;

/** After so many attempts in a row to reach the leader it is taken for gone: most likely it left at the same time. */
const GONE_AFTER_FAILURES = 2;

/**
 * Takes this node out of the cluster step by step: leaving, then down. Each step is over when the leader is known to
 * have seen it, there is nobody to see it, the leader is gone itself, or time is up. A node that has been downed
 * already only says so.
 *
 * @param withinMs how long each step may take
 * @param windUp brings to an end what the node does for others, after it is known to leave and before it is down
 */
export async function leaveGracefully(
  shell: ClusterShell,
  clock: Clock,
  withinMs: number,
  windUp: () => Promise<void>,
): Promise<void> {
  for (const status of ["leaving", "down"] satisfies MemberStatus[]) {
    if (status === "down") await windUp();
    if (shell.core.moveTo(shell.core.selfId, status)) await seenByLeader(shell, clock, withinMs);
  }
}

async function seenByLeader(shell: ClusterShell, clock: Clock, withinMs: number): Promise<void> {
  const giveUpAt = clock.now() + withinMs;
  while (clock.now() < giveUpAt) {
    shell.core.askLeader();
    const seen = await shell.waits
      .until(
        () => shell.core.agreesWithLeader || undefined,
        { withinMs: ASK_AGAIN_MS },
        () => "the leader answers",
      )
      .catch(() => false);
    const leader = shell.core.leader?.node.id;
    if (seen || (leader !== undefined && shell.associations.failures(leader) >= GONE_AFTER_FAILURES)) return;
  }
}
