import { parseEndpoint } from "@rollcall/core";
import { milliseconds } from "../terminal/text.js";
import type { Cast } from "./cast.js";
import { allListen, allTold, clusterOf, isGone, lastSeen, lastTold, sawAny, sawItGo } from "./conditions.js";
import type { StartOrder } from "./messages.js";
import type { NodeView, Sight } from "./node-view.js";
import { type Goal, goal, type Step } from "./step.js";

/** What the others see of one that crashes, in this order. */
const END: readonly Sight[] = ["unreachable", "down", "removed"];

/**
 * A node crashes without a word, and another process takes its place: at the same address, as another incarnation.
 *
 * @param together what has come about once everybody alive is in the cluster
 */
export function crashSteps(
  cast: Pick<Cast, "alive" | "enter" | "kill">,
  start: StartOrder,
  together: readonly Goal[],
): Step[] {
  let victim: NodeView | undefined;
  let successor: NodeView | undefined;
  const nameOf = (view: NodeView | undefined) => view?.name ?? "nobody";
  const withVictim = (missing: (gone: NodeView, rest: readonly NodeView[]) => readonly string[]) => () =>
    victim === undefined ? ["nobody follows a leader, so nobody could be killed"] : missing(victim, cast.alive);
  const took = (what: Sight) => {
    const seenAt = victim && lastSeen(cast.alive, victim, what);
    return milliseconds((seenAt ?? 0) - (victim?.killedAt ?? 0));
  };

  const told = () => milliseconds((victim === undefined ? 0 : lastTold(cast.alive, victim)) - (victim?.killedAt ?? 0));

  return [
    {
      title: () => `${nameOf(victim)} is killed, and cannot say goodbye`,
      act: () => {
        victim = cast.alive.find(({ address, leader }) => leader !== undefined && leader !== address);
        if (victim) cast.kill(victim);
      },
      goals: [
        goal(
          () => `all others see ${nameOf(victim)} unreachable, ${took("unreachable")} after the kill`,
          withVictim((gone, rest) => sawAny(rest, gone, END)),
        ),
        goal(
          () => `all others have seen it down after ${took("down")}, and removed after ${took("removed")}`,
          withVictim((gone, rest) => [...sawItGo(rest, gone, END), ...clusterOf(rest, rest.length)]),
        ),
        goal(
          () => `all others have been told that its greeter is no more, after ${told()}`,
          withVictim((gone, rest) => allTold(rest, gone)),
        ),
        goal(
          () => `the process of ${nameOf(victim)} is gone`,
          withVictim((gone) => isGone(gone)),
        ),
      ],
    },
    {
      title: () => `${nameOf(successor)}, another process, takes the place of ${nameOf(victim)}`,
      act: () => {
        if (victim?.address === undefined) return;
        successor = cast.enter({ ...start, port: parseEndpoint(victim.address).port });
      },
      goals: [
        goal(
          () => succession(successor, victim),
          () => (successor === undefined ? ["nobody could take a place"] : allListen([successor])),
        ),
        ...together,
      ],
    },
  ];
}

function succession(successor?: NodeView, victim?: NodeView): string {
  if (successor?.address !== victim?.address) {
    return `${successor?.name} listens, elsewhere: the port of ${victim?.name} has been taken meanwhile`;
  }
  const incarnations = `#${successor?.incarnation}, not #${victim?.incarnation}`;
  return `${successor?.name} listens where ${victim?.name} did, as another incarnation: ${incarnations}`;
}
