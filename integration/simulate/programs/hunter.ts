/**
 * Plays seeds from 1 on until one fails, and writes what that was as a line of JSON. Bundled with a fault in it and run in
 * a process of its own.
 */
import { play } from "../lib/play.ts";

/** What a hunt came to: the seed that found the fault and the invariant that did not hold, if any. */
export interface Catch {
  readonly seed?: number;
  readonly invariant?: string;
}

const [last = "1", twice = "false"] = process.argv.slice(2);

// The pipe from who started it ends with that one, even if it is killed. Then nobody waits for an answer.
process.stdin.on("end", () => process.exit(1)).resume();

async function hunt(): Promise<Catch> {
  for (let seed = 1; seed <= Number(last); seed++) {
    const report = await play({ seed, nodes: [5, 9], steps: 25, twice: twice === "true", shrinkAttempts: 0 });
    if (report.kind === "failed") return { seed, invariant: report.invariant };
  }
  return {};
}

console.log(JSON.stringify(await hunt()));
// A run that was broken off leaves processes behind that wait for virtual time.
process.exit();
