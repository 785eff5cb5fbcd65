import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** The most files, and so connections, that it may have open. */
  readonly maxOpenFiles?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One of the programs in `programs`, run as a process of its own on the packages as they were built. */
export class Program {
  /** Everything it has written. */
  stdout = "";
  stderr = "";
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #over = false;
  #wake: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.#child = child;
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error("the program has to be started with pipes");
    stdout.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    stderr.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    createInterface(stdout).on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.exited = once(child, "close").then(([code, signal]) => {
      this.#over = true;
      this.#wake();
      return { code, signal };
    });
  }

  /**
   * Starts it; whatever is left of it is killed when the test is over.
   *
   * @param name of one of the programs here, or the path of another
   */
  static start(name: string, { args = [], maxOpenFiles }: ProgramOptions = {}): Program {
    const path = isAbsolute(name) ? name : fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
    const command = [process.execPath, path, ...args];
    const limited = ["sh", "-c", `ulimit -n ${maxOpenFiles} && exec "$@"`, "sh", ...command];
    const [file = "", ...rest] = maxOpenFiles === undefined ? command : limited;
    const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"] });
    const program = new Program(child);
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await program.exited;
    });
    return program;
  }

  /** The next line it writes. Rejects if it ends before. */
  async line(): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#over) throw new Error(`the program ended before it wrote a line. It said: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
