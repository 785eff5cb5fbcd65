import type { Result } from "./work.ts";

const LINE_IN_A_LOG_MS = 30_000;

/** Says how far a search is: over and over on one line where somebody watches, now and then in a log. */
export class Telling {
  readonly #name: string;
  readonly #forMs: number | undefined;
  #told = 0;

  constructor(name: string, forMs: number | undefined) {
    this.#name = name;
    this.#forMs = forMs;
  }

  begin(seed: number): void {
    console.log(`${this.#name}: searching with seed ${seed}; Ctrl-C ends it.`);
  }

  look(runs: number, kept: number, ms: number): void {
    const isWatched = process.stderr.isTTY === true;
    if (!isWatched && ms - this.#told < LINE_IN_A_LOG_MS) return;
    this.#told = ms;
    const left = this.#forMs === undefined ? "" : `, ${Math.max(0, Math.ceil((this.#forMs - ms) / 1_000))} s left`;
    const line = `${this.#name}: ${runs} inputs, ${perSecond(runs, ms)} a second, ${kept} kept${left}`;
    process.stderr.write(isWatched ? `\r${line}   ` : `${line}\n`);
  }

  /** What a search came to, in a few lines. */
  end({ runs, slowestMs, outcomes, covered, kept }: Result, ms: number): void {
    if (process.stderr.isTTY) process.stderr.write(`\r${" ".repeat(90)}\r`);
    const [all, taken] = [sum(covered.map((file) => file.branches)), sum(covered.map((file) => file.branchesTaken))];
    const percent = all === 0 ? "" : ` (${((100 * taken) / all).toFixed(0)} %)`;
    console.log(
      `${this.#name}: ${runs} inputs in ${(ms / 1_000).toFixed(0)} s, ${perSecond(runs, ms)} a second, ` +
        `${taken} of ${all} branches${percent}, ${kept.length} inputs make that up, slowest ${slowestMs.toFixed(1)} ms.`,
    );
    const counts = [...outcomes].sort(([, one], [, other]) => other - one);
    console.log(`  ${counts.map(([outcome, count]) => `${outcome} ${count}`).join(", ")}`);
  }
}

function perSecond(runs: number, ms: number): number {
  return Math.round(runs / Math.max(0.001, ms / 1_000));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
