import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { monotonicMs } from "../formation/protocol.ts";
import type { Kind, ToChild, ToParent } from "./protocol.ts";

const DEADLINE_MS = 30_000;

/** Those of all meshes; they do not outlive this process, also if it is interrupted while one of them is stopped. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.on(signal, () => process.exit(code));

/** One process of a mesh, and what it has said so far. */
class Participant {
  readonly said: ToParent[] = [];
  port = 0;
  readonly #child: ChildProcess;
  #wake: () => void = () => {};

  constructor(kind: Kind) {
    const module = kind === "floor" ? "floor-node" : "rollcall-node";
    const path = fileURLToPath(new URL(`./${module}.ts`, import.meta.url));
    this.#child = fork(path, [kind], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
    running.add(this.#child);
    this.#child.on("message", (message: ToParent) => {
      this.said.push(message);
      this.#wake();
    });
  }

  tell(message: ToChild): void {
    this.#child.send(message);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first message that is accepted, from a number on. */
  async hears<M extends ToParent>(accepts: (message: ToParent) => message is M, from = 0): Promise<M> {
    const timeout = AbortSignal.timeout(DEADLINE_MS);
    timeout.addEventListener("abort", () => this.#wake());
    for (;;) {
      const found = this.said.slice(from).find(accepts);
      if (found !== undefined) return found;
      if (timeout.aborted) throw new Error(`A process was silent for ${DEADLINE_MS} ms. ${JSON.stringify(this.said)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once("exit", resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
      await exited;
    }
    running.delete(this.#child);
  }
}

const is =
  <K extends ToParent["kind"]>(kind: K, port?: number) =>
  (message: ToParent): message is Extract<ToParent, { kind: K }> =>
    message.kind === kind && (port === undefined || ("port" in message && message.port === port));

/** Some processes that all know each other. */
export class Mesh implements AsyncDisposable {
  readonly #participants: Participant[];

  private constructor(kind: Kind, size: number) {
    this.#participants = Array.from({ length: size }, () => new Participant(kind));
  }

  /** Resolves when each sees all, and has had time to settle. */
  static async start(kind: Kind, size: number, settleMs: number): Promise<Mesh> {
    const mesh = new Mesh(kind, size);
    const ports: number[] = [];
    for (const participant of mesh.#participants) {
      await participant.hears(is("ready"));
      participant.tell({ kind: "start", contacts: ports, size });
      participant.port = (await participant.hears(is("listening"))).port;
      ports.push(participant.port);
    }
    await Promise.all(mesh.#participants.map((participant) => participant.hears(is("whole"))));
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    return mesh;
  }

  /** Sends one of them a signal. @returns milliseconds until the last of the others has lost it */
  async lose(index: number, signal: "SIGKILL" | "SIGSTOP"): Promise<number> {
    const victim = this.#participants[index] as Participant;
    const others = this.#participants.filter((participant) => participant !== victim);
    const from = others.map(({ said }) => said.length);
    const begun = monotonicMs();
    victim.signal(signal);
    const losses = await Promise.all(others.map((other, at) => other.hears(is("lost", victim.port), from[at])));
    return Math.max(...losses.map(({ at }) => at)) - begun;
  }

  /** Keeps one of them busy, and waits for what comes of it. @returns how often anybody was downed */
  async stall(index: number, ms: number, afterwardsMs: number): Promise<number> {
    const victim = this.#participants[index] as Participant;
    victim.tell({ kind: "stall", ms });
    await victim.hears(is("stalled"));
    await new Promise((resolve) => setTimeout(resolve, afterwardsMs));
    return this.#participants.flatMap(({ said }) => said.filter(is("downed"))).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#participants.map((participant) => participant.end()));
  }
}
