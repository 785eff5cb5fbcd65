import type { DowningStrategy } from "../../../src/downing/index.js";
import { SplitWorld, ups } from "./split-world.js";

/** What happens to a network, in words. Each form is one that the documentation uses. */
const EVENTS: readonly [RegExp, (world: SplitWorld, numbers: readonly number[]) => void][] = [
  [
    /^[\d, and]+ crash(es)?$/,
    (world, crashed) => {
      for (const number of crashed) world.crash(number);
    },
  ],
  [
    /^\d+ does not see [\d, and]+$/,
    (world, [observer = 0, ...subjects]) => {
      for (const subject of subjects) world.blind(observer, subject);
    },
  ],
  [/^\d+ and \d+ do not see each other$/, (world, [a = 0, b = 0]) => world.cut(a, b)],
];

/** A cluster in a situation such as `1 2 / 3` or `1 2 3: 1 and 3 do not see each other`; all members are up. */
export function inSituation(situation: string, strategy: DowningStrategy): SplitWorld {
  const [nodes = "", event] = situation.split(": ");
  const sides = nodes.split(" / ").map((side) => side.split(" ").map(Number));
  const world = new SplitWorld({ strategy, members: ups(...sides.flat()) });
  world.split(sides);
  if (event === undefined) return world;
  const [, act] = EVENTS.find(([form]) => form.test(event)) ?? [];
  if (act === undefined) throw new Error(`Nobody knows how to make this happen: ${event}`);
  act(world, (event.match(/\d+/g) ?? []).map(Number));
  return world;
}
