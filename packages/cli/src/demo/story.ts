import { count, enumerate } from "../terminal/text.js";
import type { Cast } from "./cast.js";
import {
  allCalled,
  allEnded,
  allFound,
  allListen,
  allUp,
  clusterOf,
  leaderHosts,
  nobodyFinds,
  oneLeader,
  sawItGo,
} from "./conditions.js";
import { crashSteps } from "./crash.js";
import type { StartOrder } from "./messages.js";
import type { NodeView } from "./node-view.js";
import { goal, type Step } from "./step.js";

/** How many processes start after the first ones: one that joins them, and one that replaces another. */
export const LATECOMERS = 2;

export interface Story {
  /** In order. */
  readonly life: readonly Step[];
  /** The last step: everybody leaves. */
  readonly farewell: Step;
}

/** What the demonstration shows. */
export function story(cast: Cast, nodes: number, start: StartOrder): Story {
  const together = [
    goal("each has found all the others", () => allFound(cast.alive)),
    goal(
      () => `each sees all ${cast.alive.length} up and follows the same leader, the one with the lowest address`,
      () => [...allUp(cast.alive), ...oneLeader(cast.alive)],
    ),
    goal("each has called an actor of all the others", () => allCalled(cast.alive)),
    goal("the singleton is on the leader", () => leaderHosts(cast.alive)),
  ];
  const enter = (number: number) => () => {
    for (let entered = 0; entered < number; entered++) cast.enter(start);
  };
  let leaver: NodeView | undefined;
  let witness: NodeView | undefined;
  let last: readonly NodeView[] = [];
  const withLeaver = (missing: (gone: NodeView, rest: readonly NodeView[]) => readonly string[]) => () =>
    leaver === undefined
      ? ["nobody leads, so nobody could be told to leave"]
      : missing(
          leaver,
          cast.alive.filter((view) => view !== leaver),
        );

  return {
    life: [
      {
        title: () =>
          `${count(nodes, "process", "processes")} start; each is told how to discover, and of no other process`,
        act: enter(nodes),
        goals: [goal("each listens", () => allListen(cast.alive))],
      },
      { title: () => "they find each other and become one cluster", goals: together },
      {
        title: () => "another process starts, finds the cluster and joins it",
        act: enter(1),
        goals: together,
      },
      {
        title: () => `${leaver?.name ?? "nobody"}, the leader, leaves`,
        act: () => {
          leaver = leaderOf(cast);
          if (leaver) cast.order(leaver, { kind: "leave" });
        },
        goals: [
          goal(
            () => `the others have seen ${leaver?.name} leaving, down and removed`,
            withLeaver((gone, rest) => [
              ...sawItGo(rest, gone, ["leaving", "down", "removed"]),
              ...clusterOf(rest, rest.length),
            ]),
          ),
          goal(
            "they agree on who leads now",
            withLeaver((_gone, rest) => oneLeader(rest)),
          ),
          goal(
            () => successionOf(cast.alive),
            withLeaver((_gone, rest) => leaderHosts(rest)),
          ),
          goal(
            () => `the process of ${leaver?.name} has ended by itself`,
            withLeaver((gone) => allEnded([gone])),
          ),
          goal(
            () => `nobody finds ${leaver?.name} any more`,
            withLeaver((gone, rest) => nobodyFinds(rest, gone)),
          ),
        ],
      },
      ...crashSteps(cast, start, together),
      {
        title: () => `${witness?.name ?? "nobody"} is asked to explain itself`,
        act: () => {
          witness = cast.alive.at(-1);
          if (witness) cast.order(witness, { kind: "explain" });
        },
        goals: [
          goal(
            () => `${witness?.name} has answered`,
            () => (witness?.explanation === undefined ? ["no explanation came"] : []),
          ),
        ],
      },
    ],
    farewell: {
      title: () => `${enumerate(last.map(({ name }) => name)) || "nobody is left that could"} shut down`,
      act: () => {
        last = cast.alive;
        for (const view of last) cast.order(view, { kind: "leave" });
      },
      goals: [goal("all have left, and their processes have ended by themselves", () => allEnded(last))],
    },
  };
}

function successionOf(nodes: readonly NodeView[]): string {
  const host = nodes.find(({ hosting }) => hosting !== undefined);
  return `the singleton has moved to ${host?.name}, and goes on from ${host?.hosting?.count}`;
}

function leaderOf(cast: Cast): NodeView | undefined {
  return cast.alive.find(({ address, leader }) => address !== undefined && address === leader);
}
