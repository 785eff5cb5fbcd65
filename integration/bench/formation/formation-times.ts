import { median } from "../lib/statistics.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import { Nodes } from "./nodes.ts";
import type { Kind } from "./protocol.ts";

/** Between the cold start and the newcomer: until repairs right after the start are over. */
const SETTLE_SECONDS = 2;
const KINDS: readonly Kind[] = ["floor", "rollcall"];

interface Times {
  /** Cold start of all: until every node knows every node, and until for each all are up. */
  readonly coldMs: number;
  readonly coldUpMs: number;
  /** One more node, knowing one contact point: until every node knows it, and until for each it is up. */
  readonly moreMs: number;
  readonly moreUpMs: number;
}

/** Cold start of `count` nodes and the arrival of one more, against the floor, the two kinds taking turns. */
export async function measureFormation(
  count: number,
  rounds: number,
  flags: readonly string[],
  verdicts: Verdicts,
): Promise<void> {
  const times: Record<Kind, Times[]> = { floor: [], rollcall: [] };
  for (let round = 0; round < rounds; round++) {
    // Whoever goes first finds the machine as the other left it: take turns at that too.
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed())
      times[kind].push(await formOnce(kind, count, flags));
  }
  const of = (kind: Kind, what: keyof Times) => median(times[kind].map((time) => time[what]));
  console.log(`\n${count} nodes, median of ${rounds} rounds`);
  for (const kind of KINDS) {
    const [cold, coldUp] = [of(kind, "coldMs").toFixed(1), of(kind, "coldUpMs").toFixed(1)];
    const [more, moreUp] = [of(kind, "moreMs").toFixed(1), of(kind, "moreUpMs").toFixed(1)];
    console.log(`  ${kind.padEnd(8)} cold start ${cold} ms (up ${coldUp} ms), one more ${more} ms (up ${moreUp} ms)`);
  }
  verdicts.atMost(`cold start of ${count}`, of("rollcall", "coldMs") / of("floor", "coldMs"), 2, "×");
  verdicts.atMost(`cold start of ${count}, all up`, of("rollcall", "coldUpMs") / of("floor", "coldMs"), 3, "×");
  verdicts.atMost(`one more than ${count}`, of("rollcall", "moreMs") / of("floor", "moreMs"), 1.5, "×");
  verdicts.atMost(`one more than ${count}, all up`, of("rollcall", "moreUpMs") / of("floor", "moreMs"), 3, "×");
}

async function formOnce(kind: Kind, count: number, flags: readonly string[]): Promise<Times> {
  await using nodes = await Nodes.prepare(kind, count + 1, flags);
  const cold = await nodes.start(0, count, count);
  await nodes.rest(SETTLE_SECONDS);
  const more = await nodes.start(count, count + 1, count + 1);
  return { coldMs: cold.knownMs, coldUpMs: cold.upMs, moreMs: more.knownMs, moreUpMs: more.upMs };
}
