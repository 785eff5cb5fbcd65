import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../../../scripts/lib/workspace.ts";

/** An entry of the demonstration's timeline, as `--json` prints it. */
export interface DemoEvent {
  readonly at: number;
  readonly event: string;
  readonly node?: string;
  readonly [field: string]: unknown;
}

const PROGRAM = join(REPOSITORY, "packages/cli/dist/bin.js");

/** How long to wait for what has to happen, in milliseconds. */
const LIMIT_MS = 90_000;
/** How long the demonstration waits for each step, unless told otherwise: for as long as a crowded machine takes. */
const PATIENT = ["--step-timeout", "60"];
const POLL_MS = 20;

export interface DemoRunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the program through another one, such as `unshare`. */
  readonly through?: readonly string[];
  /** What it is started with. Default: the built program. */
  readonly command?: readonly string[];
}

/**
 * The demonstration as somebody runs it in a terminal: the built program, in a process group of its own. Disposing ends
 * whatever is left of it.
 */
export class DemoRun implements AsyncDisposable {
  /** A folder for temporary files that nobody else uses. */
  readonly folder = mkdtempSync(join(tmpdir(), "rollcall-cli-test-"));
  stdout = "";
  stderr = "";
  /** `[code, signal]`, once it has ended and its output is complete. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly #process: ChildProcess;
  #isOver = false;

  constructor(args: readonly string[], options: DemoRunOptions = {}) {
    const { env = {}, through = [], command = [process.execPath, PROGRAM, "demo"] } = options;
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing; npm run build makes it.`);
    const [program, ...rest] = [...through, ...command, ...PATIENT, ...args] as [string, ...string[]];
    const { FORCE_COLOR: _, ...inherited } = process.env;
    this.#process = spawn(program, rest, {
      cwd: REPOSITORY,
      // As a shell does with its jobs, so that a signal can be sent to all of its processes, as Ctrl-C is.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...inherited, TMPDIR: this.folder, ...env },
    });
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#process.on("error", reject);
      this.#process.on("close", (code, signal) => {
        this.#isOver = true;
        resolve([code, signal]);
      });
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** What it printed so far with `--json`. */
  get events(): DemoEvent[] {
    const lines = this.stdout.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as DemoEvent);
  }

  /** The nodes' processes that it told of. */
  get nodePids(): number[] {
    return this.events.flatMap(({ event, pid }) => (event === "listening" ? [pid as number] : []));
  }

  /** Those of them that still run. */
  get survivors(): number[] {
    return this.nodePids.filter(isRunning);
  }

  /** Waits for something to be told. */
  async until(wanted: (event: DemoEvent) => boolean): Promise<DemoEvent> {
    await eventually(() => this.#isOver || this.events.some(wanted), "what it is waited for is told");
    const found = this.events.find(wanted);
    if (found === undefined) throw new Error(`It ended without that.\n${this.stdout}${this.stderr}`);
    return found;
  }

  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** What a terminal does: every process of the job gets the signal. */
  pressCtrlC(): void {
    process.kill(-this.pid, "SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // Nobody is left of the group.
    }
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until a condition holds. @throws Error naming `what` when it does not in time */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + LIMIT_MS;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`Within ${LIMIT_MS} ms it was not so that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Whether no process of a group is left, also none that nobody told of. */
export function groupIsEmpty(group: number): boolean {
  return !isRunning(-group);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
