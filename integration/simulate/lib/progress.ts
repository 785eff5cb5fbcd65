import type { Report } from "./protocol.ts";

const EVERY_MS = 1_000;
/** Where nobody watches, a line now and then is enough. */
const EVERY_MS_IN_A_LOG = 15_000;

/** Counts reports and tells how far a run is. */
export class Progress {
  readonly #total: number;
  readonly #startedAt = Date.now();
  readonly #failures = new Map<string, number[]>();
  readonly #timer: NodeJS.Timeout;
  #done = 0;
  #frames = 0;
  #virtualMs = 0;
  #slowest: { readonly seed: number; readonly ms: number } | undefined;

  constructor(total: number) {
    this.#total = total;
    this.#timer = setInterval(() => this.#tell(), process.stderr.isTTY ? EVERY_MS : EVERY_MS_IN_A_LOG);
  }

  get failed(): number {
    return [...this.#failures.values()].reduce((sum, seeds) => sum + seeds.length, 0);
  }

  add(report: Report): void {
    this.#done++;
    if (report.kind === "held") {
      this.#frames += report.frames;
      this.#virtualMs += report.virtualMs;
      const ms = report.agreedAfterMs ?? 0;
      if (ms > (this.#slowest?.ms ?? -1)) this.#slowest = { seed: report.seed, ms };
      return;
    }
    const seeds = this.#failures.get(report.invariant) ?? [];
    this.#failures.set(report.invariant, [...seeds, report.seed]);
    this.#clear();
    console.log(`${report.message}\nSee it again: npm run simulate -- --seed ${report.seed}\n`);
  }

  /** Stops telling, and says what came of it all. */
  end(): void {
    clearInterval(this.#timer);
    this.#clear();
    const hours = (this.#virtualMs / 3_600_000).toFixed(1);
    console.log(`${this.#done} stories, ${hours} virtual hours, ${this.#frames} frames, ${this.#seconds()} s.`);
    if (this.#slowest !== undefined) {
      console.log(`Longest until all agreed: ${this.#slowest.ms} virtual ms, with seed ${this.#slowest.seed}.`);
    }
    if (this.#done < this.#total) console.log(`Interrupted: ${this.#total - this.#done} seeds were not played.`);
    else if (this.failed === 0) console.log("Everything held.");
    for (const [invariant, seeds] of this.#failures) {
      console.log(`${seeds.length} × it did not hold that ${invariant}: seeds ${seeds.slice(0, 20).join(", ")}`);
    }
  }

  #tell(): void {
    const rate = this.#done / Math.max(1, (Date.now() - this.#startedAt) / 1_000);
    const left = rate === 0 ? "?" : Math.ceil((this.#total - this.#done) / rate);
    const line = `${this.#done} of ${this.#total} seeds, ${rate.toFixed(1)} a second, ${left} s left, ${this.failed} failed`;
    process.stderr.write(process.stderr.isTTY ? `\r${line} ` : `${line}\n`);
  }

  #clear(): void {
    if (process.stderr.isTTY) process.stderr.write(`\r${" ".repeat(78)}\r`);
  }

  #seconds(): string {
    return ((Date.now() - this.#startedAt) / 1_000).toFixed(0);
  }
}
