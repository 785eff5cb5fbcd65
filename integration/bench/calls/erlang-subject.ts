import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Erlang, findErlang } from "../../servers/erlang.ts";
import { run } from "../../servers/run.ts";
import { freePort } from "../../support/ports.ts";
import type { Load, LoadResult } from "./load.ts";
import { processorUsOf, type Subject } from "./subject.ts";

const SOURCE = fileURLToPath(new URL("orders.erl", import.meta.url));

/** Two nodes of Erlang: `gen_server:call` from one to the other. */
export class ErlangSubject implements Subject {
  readonly name = "Erlang";
  readonly #folder: string;
  readonly #mapper: ChildProcessWithoutNullStreams;
  readonly #nodes: Line[] = [];

  private constructor(folder: string, mapper: ChildProcessWithoutNullStreams) {
    this.#folder = folder;
    this.#mapper = mapper;
  }

  /** @throws Error that says why there is no Erlang */
  static async start(): Promise<ErlangSubject> {
    const erlang = await findErlang();
    const folder = await mkdtemp(join(tmpdir(), "rollcall-erlang-"));
    const port = String(await freePort());
    // A mapper of our own, in the foreground: nodes would start one that stays when they are gone.
    const env = { ...process.env, ...erlang.env, ERL_EPMD_PORT: port, HOME: folder };
    const subject = new ErlangSubject(folder, spawn(erlang.epmd, ["-port", port, "-address", "127.0.0.1"], { env }));
    try {
      await compile(erlang, folder, env);
      await subject.#start(erlang, env, ["-name", "desk@127.0.0.1", "-s", "orders", "serve"]);
      await subject.#start(erlang, env, ["-name", "caller@127.0.0.1", "-s", "orders", "call", "desk@127.0.0.1"]);
      return subject;
    } catch (error) {
      await subject[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pids(): number[] {
    return this.#nodes.map(({ child }) => child.pid as number);
  }

  async load({ inFlight, ms }: Load): Promise<LoadResult> {
    const caller = this.#nodes[1] as Line;
    caller.child.stdin.write(`${inFlight} ${ms}\n`);
    const [calls, tookMs, medianUs] = (await caller.next()).split(" ").map(Number) as [number, number, number];
    return { calls, ms: tookMs, medianUs };
  }

  async processorUs(): Promise<number> {
    return this.pids.reduce((sum, pid) => sum + processorUsOf(pid), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const children = [this.#mapper, ...this.#nodes.map(({ child }) => child)];
    const running = children.filter(({ pid, exitCode, signalCode }) => pid && (exitCode ?? signalCode) === null);
    const exits = running.map((child) => once(child, "exit"));
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(exits);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start({ erl }: Erlang, env: NodeJS.ProcessEnv, options: readonly string[]): Promise<void> {
    const common = ["-noshell", "-start_epmd", "false", "-setcookie", "orders", "-pa", this.#folder];
    const node = new Line(spawn(erl, [...common, ...options], { env }));
    this.#nodes.push(node);
    const said = await node.next();
    if (said !== "ready") throw new Error(`A node of Erlang said "${said}".`);
  }
}

async function compile({ erl }: Erlang, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const evaluate = `{ok, _} = compile:file("${SOURCE}", [{outdir, "${folder}"}]), halt().`;
  await run([erl, "-noinput", "-boot", "start_clean", "-eval", evaluate], { env });
}

/** A process that says a line at a time. */
class Line {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error("A node of Erlang ended.");
    return value;
  }
}
