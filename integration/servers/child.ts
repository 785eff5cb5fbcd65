import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { IN_TIME_MS } from "../support/patience.ts";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
}

/** A process that goes on running, and the lines that it writes. The owner kills it. */
export class Child {
  /** Every line that it has written, to both outputs. */
  readonly lines: string[] = [];
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  /** Once it has ended by itself. */
  exitCode: number | null = null;
  #read = 0;
  #over = false;
  readonly #waiting = new Set<() => void>();

  constructor(command: readonly [string, ...string[]], { env }: ChildOptions = {}) {
    const [file, ...args] = command;
    const stdio = ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"];
    const child = spawn(file, args, { stdio, ...(env && { env: { ...process.env, ...env } }) });
    this.#child = child;
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    const ended = (error?: unknown) => {
      if (error instanceof Error) this.lines.push(error.message);
      this.#over = true;
      this.#wake();
    };
    this.exited = once(child, "close").then(([code]) => {
      this.exitCode = code;
      ended();
    }, ended);
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The next line that is accepted, after the one that the call before gave. See {@link find}. */
  async line(accepts: (line: string) => boolean, withinMs?: number): Promise<string> {
    const index = await this.find(accepts, this.#read, withinMs);
    this.#read = index + 1;
    return this.lines[index] as string;
  }

  /**
   * The number of the first line, from a number on, that is accepted; waits for it.
   *
   * @throws Error with everything it wrote, when it ends before or `withinMs` have passed
   */
  async find(accepts: (line: string) => boolean, from: number, withinMs = IN_TIME_MS): Promise<number> {
    const timeout = AbortSignal.timeout(withinMs);
    timeout.addEventListener("abort", () => this.#wake());
    for (let index = from; ; index++) {
      while (index >= this.lines.length) {
        const why = this.#over ? "it ended" : timeout.aborted ? `${withinMs} ms passed` : undefined;
        if (why !== undefined) throw new Error(`${why} before the line came; it wrote:\n${this.lines.join("\n")}`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
      if (accepts(this.lines[index] as string)) return index;
    }
  }

  /** Ends it, and waits until it has ended. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.signal(signal);
    await this.exited;
  }

  /** Does nothing when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#over) this.#child.kill(signal);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
