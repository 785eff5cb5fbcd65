/** Collects what was asked for and what was measured, prints it, and says whether all of it was met. */
export class Verdicts {
  readonly #missed: string[] = [];

  /** @param unit after the numbers, such as " ms" or "×" */
  atMost(what: string, measured: number, limit: number, unit: string): void {
    this.isSo(`${what}: ${format(measured)}${unit} (asked: at most ${format(limit)}${unit})`, measured <= limit);
  }

  /** @param unit as in {@link atMost} */
  atLeast(what: string, measured: number, limit: number, unit: string): void {
    this.isSo(`${what}: ${format(measured)}${unit} (asked: at least ${format(limit)}${unit})`, measured >= limit);
  }

  /** For what is so or is not. */
  isSo(what: string, so: boolean): void {
    console.log(`  ${so ? "met   " : "MISSED"} ${what}`);
    if (!so) this.#missed.push(what);
  }

  /** Prints the end of the run. @returns whether everything asked for was met */
  conclude(): boolean {
    if (this.#missed.length === 0) console.log("\nEverything asked for was met.");
    else console.log(`\n${this.#missed.length} missed:\n${this.#missed.map((line) => `  ${line}`).join("\n")}`);
    return this.#missed.length === 0;
  }
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}
