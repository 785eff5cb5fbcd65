import { describe, expect, it, vi } from "vitest";
import { findServer } from "../servers/report.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { everybodySeesEverybody, seesEverybody } from "./support/cluster.ts";
import type { Member } from "./support/member.ts";
import type { Setup, StrategyName } from "./support/setup.ts";
import { findFaultyNetworks, type Side, Site } from "./support/site.ts";

const namespaces = await findServer("network-namespaces", findFaultyNetworks);

/** A detector that is sure within two seconds, and strategies that wait as long as that takes. */
const failureDetector = { suspicionMaxMs: 2_000 };
const TIMES = { stableMs: 1_500, marginMs: 2_500 };
const quorum = (size: number) => ({ ...TIMES, size: (size >> 1) + 1 });

/** What is cut, and for each strategy the clusters that may be left: the lines of the guide's table. */
interface Scene {
  readonly name: string;
  readonly size: number;
  readonly breaks: (site: Site) => Promise<void>;
  /** Each of them is a way in which it may end, as sides. */
  readonly ends: Readonly<Partial<Record<StrategyName, readonly (readonly Side[])[]>>>;
}

const SCENES: readonly Scene[] = [
  {
    name: "1 / 2 3",
    size: 3,
    breaks: (site) => site.cut([1], [2, 3]),
    ends: {
      timeoutDowning: [[[1], [2, 3]]],
      keepMajority: [[[2, 3]]],
      staticQuorum: [[[2, 3]]],
      keepOldest: [[[2, 3]]],
      downAll: [[]],
    },
  },
  {
    name: "1 2 / 3 4 5",
    size: 5,
    breaks: (site) => site.cut([1, 2], [3, 4, 5]),
    ends: {
      timeoutDowning: [
        [
          [1, 2],
          [3, 4, 5],
        ],
      ],
      keepMajority: [[[3, 4, 5]]],
      staticQuorum: [[[3, 4, 5]]],
      keepOldest: [[[1, 2]]],
      downAll: [[]],
    },
  },
  {
    name: "1 2 3: 1 hears nobody",
    size: 3,
    breaks: (site) => site.deafen(1, [2, 3]),
    ends: {
      // Nobody gets an answer over a link that carries one direction only. If 1 acts first, the others hear of it.
      timeoutDowning: [[[1], [2, 3]], [[1]]],
      keepMajority: [[[2, 3]]],
      staticQuorum: [[[2, 3]]],
      keepOldest: [[[2, 3]]],
      downAll: [[]],
    },
  },
];

const CASES = SCENES.flatMap((scene) =>
  (Object.keys(scene.ends) as StrategyName[]).map((strategy) => ({
    ...scene,
    strategy,
    ends: scene.ends[strategy] ?? [],
  })),
);

describe.skipIf(namespaces === undefined).concurrent("a network that breaks", () => {
  const name = "leaves whom $strategy is documented to leave, and one cluster once it has healed: $name";
  it.for(CASES)(name, { timeout: 300_000 }, async ({ size, breaks, strategy, ends }, { onTestFinished }) => {
    const site = await Site.create(size, onTestFinished);
    const downing: NonNullable<Setup["downing"]> = [strategy, optionsOf(strategy, size)];
    const members = await site.startMembers({ downing, failureDetector, onDownDelayMs: 200 });

    await breaks(site);
    await anyOf(ends.map((sides) => endsAs(members, sides)));

    await site.heal();
    await becomeOne(members);
  });
});

function optionsOf(strategy: StrategyName, size: number): object {
  if (strategy === "timeoutDowning") return {};
  return strategy === "staticQuorum" ? quorum(size) : strategy === "downAll" ? { stableMs: TIMES.stableMs } : TIMES;
}

/** Resolves when exactly these sides are left, each a whole cluster; everybody else has shut down. */
async function endsAs(members: readonly Member[], sides: readonly Side[]): Promise<void> {
  const left = sides.map((side) => side.map((number) => members[number - 1] as Member));
  const ended = members.filter((member) => !left.flat().includes(member));
  await Promise.all([
    ...left.map((side) => everybodySeesEverybody(side)),
    ...ended.map(async (member) => {
      expect(await member.says("terminated")).toEqual({ kind: "terminated", reason: "downed" });
    }),
  ]);
}

/** The first that comes true; if none does, why the first did not. */
async function anyOf(outcomes: readonly Promise<void>[]): Promise<void> {
  await Promise.any(outcomes).catch((error: AggregateError) => Promise.reject(error.errors[0]));
}

/** Who has been downed is started again, as a supervisor would, until all are one cluster. */
async function becomeOne(members: readonly Member[]): Promise<void> {
  const current = [...members];
  let over = false;
  const tend = async (index: number): Promise<void> => {
    for (;;) {
      const member = current[index] as Member;
      await member.exited;
      if (over) return;
      current[index] = await member.startAgain();
    }
  };
  const check = () => {
    const lost = current.filter((member) => !seesEverybody(member, current));
    if (lost.length > 0) throw new Error(`not one cluster:\n${lost.join("\n")}`);
  };
  const whole = vi.waitFor(check, { timeout: 2 * IN_TIME_MS, interval: 50 });
  try {
    // What a supervisor cannot start ends the test.
    await Promise.race([whole, Promise.all([...current.keys()].map(tend))]);
  } finally {
    over = true;
  }
}
