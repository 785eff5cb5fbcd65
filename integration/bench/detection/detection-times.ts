import { median } from "../lib/statistics.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import { Mesh } from "./mesh.ts";
import type { Kind } from "./protocol.ts";

const PROCESSES = 5;
/** After the processes have met: until the news of that has gone round. */
const SETTLE_MS = 1_500;
const STALL_MS = 2_000;
/** After a stall: as long as it takes to find somebody unreachable, and to down him. */
const AFTER_STALL_MS = 3_000;

interface Times {
  readonly floorKill: number[];
  readonly kill: number[];
  readonly stop: number[];
  readonly localStop: number[];
  downedByStalls: number;
}

/** How soon all of five know that one was killed, or stopped, and what a stalled event loop costs. */
export async function measureDetection(rounds: number, verdicts: Verdicts): Promise<void> {
  const times: Times = { floorKill: [], kill: [], stop: [], localStop: [], downedByStalls: 0 };
  for (let round = 0; round < rounds; round++) {
    const victim = round % PROCESSES;
    const kills = [
      async () => times.floorKill.push(await loseOne("floor", victim, "SIGKILL")),
      async () => times.kill.push(await loseOne("lan", victim, "SIGKILL")),
    ];
    // Whoever goes first finds the machine as the other left it: take turns at that too.
    for (const kill of round % 2 === 0 ? kills : kills.toReversed()) await kill();
    times.localStop.push(await loseOne("local", victim, "SIGSTOP"));
    await using mesh = await Mesh.start("lan", PROCESSES, SETTLE_MS);
    times.downedByStalls += await mesh.stall((victim + 1) % PROCESSES, STALL_MS, AFTER_STALL_MS);
    // Whom the stall has cost is not there to be lost again.
    if (times.downedByStalls === 0) times.stop.push(await mesh.lose(victim, "SIGSTOP"));
  }
  report(times, rounds, verdicts);
}

async function loseOne(kind: Kind, victim: number, signal: "SIGKILL" | "SIGSTOP"): Promise<number> {
  await using mesh = await Mesh.start(kind, PROCESSES, SETTLE_MS);
  return await mesh.lose(victim, signal);
}

function report({ floorKill, kill, stop, localStop, downedByStalls }: Times, rounds: number, verdicts: Verdicts): void {
  console.log(`\n${PROCESSES} processes, ${rounds} rounds: until one is lost to all others, median and worst`);
  const ratio = (median(kill) / median(floorKill)).toFixed(2);
  print("SIGKILL, floor (connections closed)", floorKill);
  print("SIGKILL, default settings", kill, `, ${ratio} × the floor`);
  print("SIGSTOP, default settings", stop);
  print("SIGSTOP, preset local", localStop);
  verdicts.atMost("unreachable everywhere after SIGKILL, median", median(kill), 25, " ms");
  // Without a single one there is nothing to judge by: that is missed, too.
  verdicts.atMost("unreachable everywhere after SIGSTOP, worst", Math.max(...orNever(stop)), 3_000, " ms");
  verdicts.atMost("the same with preset local, median", median(localStop), 900, " ms");
  verdicts.atMost(`downed by stalls of ${STALL_MS} ms`, downedByStalls, 0, "");
}

const orNever = (times: readonly number[]) => (times.length > 0 ? times : [Number.POSITIVE_INFINITY]);

function print(what: string, times: readonly number[], more = ""): void {
  const [middle, worst] = [median(orNever(times)), Math.max(...orNever(times))].map((ms) => ms.toFixed(1));
  console.log(`  ${what.padEnd(36)} ${middle} ms, ${worst} ms${more}`);
}
