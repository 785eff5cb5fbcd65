import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Load, LoadResult } from "./load.ts";
import type { ToChild, ToParent } from "./protocol.ts";
import { processorUsOf, type Subject } from "./subject.ts";

const DEADLINE_MS = 120_000;
const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));

/** A server that both sides need. */
export interface Between extends AsyncDisposable {
  readonly address: string;
  readonly pid: number;
}

/** Two Node.js processes that call by way of a party. */
export class NodeSubject implements Subject {
  readonly name: string;
  readonly #server: ChildProcess;
  readonly #client: ChildProcess;
  readonly #between: Between | undefined;

  private constructor(name: string, party: string, between: Between | undefined) {
    this.name = name;
    this.#between = between;
    const start = () => fork(CHILD, [party], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
    this.#server = start();
    this.#client = start();
  }

  /** @param party the name of its file */
  static async start(name: string, party: string, between?: Between): Promise<NodeSubject> {
    const subject = new NodeSubject(name, party, between);
    try {
      const { address } = await ask(subject.#server, { kind: "serve", given: between?.address ?? "" });
      await ask(subject.#client, { kind: "connect", address });
      return subject;
    } catch (error) {
      await subject[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pids(): number[] {
    const between = this.#between === undefined ? [] : [this.#between.pid];
    return [...between, this.#server.pid as number, this.#client.pid as number];
  }

  async load(load: Load): Promise<LoadResult> {
    return (await ask(this.#client, { kind: "load", load })).result;
  }

  async processorUs(): Promise<number> {
    const between = this.#between === undefined ? 0 : processorUsOf(this.#between.pid);
    const sides = await Promise.all([this.#server, this.#client].map((child) => ask(child, { kind: "processor" })));
    return sides.reduce((sum, { us }) => sum + us, between);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [this.#server, this.#client].filter(
      ({ exitCode, signalCode }) => (exitCode ?? signalCode) === null,
    );
    const exits = running.map((child) => once(child, "exit"));
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(exits);
    await this.#between?.[Symbol.asyncDispose]();
  }
}

/** Asks a child for something; it answers with a message of the same kind. */
async function ask<K extends ToChild["kind"]>(
  child: ChildProcess,
  question: Extract<ToChild, { kind: K }> & ToChild,
): Promise<Extract<ToParent, { kind: K }>> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(DEADLINE_MS)]);
  const died = once(child, "exit", { signal }).then(() => {
    throw new Error(`A process ended before it had done "${question.kind}".`);
  });
  const answer = once(child, "message", { signal });
  child.send(question);
  try {
    const [message] = await Promise.race([answer, died]);
    return message as Extract<ToParent, { kind: K }>;
  } finally {
    died.catch(() => {});
    answer.catch(() => {});
    over.abort();
  }
}
