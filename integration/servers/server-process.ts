import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.ts";
import { which } from "./run.ts";

/** How a server is started, the first time and after it was killed. */
export interface ServerPlan {
  /** With its ports, chosen beforehand, so that it comes back where it was. */
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Resolves when it answers. Given a signal that aborts when it has ended or takes too long. */
  readonly ready: (child: Child, signal: AbortSignal) => Promise<unknown>;
}

/** How often a server is asked whether it is ready, in milliseconds: it gets ready sooner when it is left alone. */
const ASK_AGAIN_MS = 50;
/** A loaded machine takes its time, in milliseconds. */
const START_LIMIT_MS = 90_000;
/** A server that does not heed SIGTERM for this long is killed, in milliseconds. */
const STOP_LIMIT_MS = 10_000;

/** A server with a folder of its own, which can be killed, held up, and started again with what it knew. */
export class ServerProcess implements AsyncDisposable {
  readonly #plan: ServerPlan;
  readonly #folder: string;
  #child: Child;

  private constructor(plan: ServerPlan, folder: string) {
    this.#plan = plan;
    this.#folder = folder;
    this.#child = new Child(tied(plan.command), plan);
  }

  /**
   * Starts one and waits until it is ready.
   *
   * @param name for its folder
   * @param plan given the folder, which goes when the server is disposed
   * @throws Error with everything it wrote
   */
  static async start(name: string, plan: (folder: string) => ServerPlan | Promise<ServerPlan>): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), `rollcall-${name}-`));
    let server: ServerProcess | undefined;
    try {
      server = new ServerProcess(await plan(folder), folder);
      await server.#ready();
      return server;
    } catch (error) {
      await (server?.[Symbol.asyncDispose]() ?? rm(folder, { recursive: true, force: true }));
      throw error;
    }
  }

  /** Of the process that runs now. */
  get pid(): number {
    return this.#child.pid as number;
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    await this.#child.kill("SIGKILL");
  }

  /** Stops it in its tracks: its connections stand, and nothing answers. */
  pause(): void {
    this.#child.signal("SIGSTOP");
  }

  resume(): void {
    this.#child.signal("SIGCONT");
  }

  /** Has it read its configuration again; resolves when it has written a line that says so. */
  async reload(says: (line: string) => boolean): Promise<void> {
    const from = this.#child.lines.length;
    this.#child.signal("SIGHUP");
    await this.#child.find(says, from);
  }

  /** Starts it again after {@link kill} or {@link stop}, on the same ports, with the same folder. */
  async start(): Promise<void> {
    this.#child = new Child(tied(this.#plan.command), this.#plan);
    await this.#ready();
  }

  /** Ends it as an administrator would. */
  async stop(): Promise<void> {
    this.resume();
    const limit = setTimeout(() => this.#child.signal("SIGKILL"), STOP_LIMIT_MS);
    await this.#child.kill("SIGTERM");
    clearTimeout(limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What it wrote since it was last started. */
  get lines(): readonly string[] {
    return this.#child.lines;
  }

  async #ready(): Promise<void> {
    const child = this.#child;
    const [over, limit] = [new AbortController(), AbortSignal.timeout(START_LIMIT_MS)];
    const signal = AbortSignal.any([over.signal, limit]);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => {
        const why = limit.aborted ? `was not ready within ${START_LIMIT_MS} ms` : "ended before it was ready";
        reject(new Error(`${this.#plan.command.join(" ")} ${why}; it wrote:\n${child.lines.join("\n")}`));
      });
    });
    void child.exited.then(() => over.abort());
    await Promise.race([this.#plan.ready(child, signal), aborted]);
  }
}

/** Ends with this process, however that ends: whoever is killed in the middle of a test cannot stop its servers. Linux. */
function tied(command: ServerPlan["command"]): ServerPlan["command"] {
  const setpriv = which("setpriv");
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "SIGKILL", "--", ...command];
}

/** Asks again and again until the answer is not an error. */
export async function answers(ask: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
