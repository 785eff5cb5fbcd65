import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { type Kind, monotonicMs, type ToChild, type ToParent, type Usage } from "./protocol.ts";

const DEADLINE_MS = 60_000;
const FIRST_PORT = 12_000;
const LAST_PORT = 30_000;

/** Some nodes of one kind, each in a process of its own, all loaded and none started. */
export class Nodes implements AsyncDisposable {
  readonly #children: ChildProcess[] = [];

  /** @param flags of Node.js */
  static async prepare(kind: Kind, count: number, flags: readonly string[] = [], pingMs?: number): Promise<Nodes> {
    const nodes = new Nodes();
    const ports = await freePorts(count);
    const module = fileURLToPath(new URL(`./${kind}-node.ts`, import.meta.url));
    for (let index = 0; index < count; index++) {
      const child = fork(module, { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [...flags] });
      nodes.#children.push(child);
      nodes.#tell(index, { kind: "setup", setup: { ports, index, pingMs } });
    }
    await Promise.all(nodes.#children.map((child) => answer(child, "ready")));
    return nodes;
  }

  /**
   * Starts the nodes from `first` to `last` at once and waits until all that run know `expected`.
   *
   * @returns milliseconds from the start until the last node knew everybody, and until for the last everybody was up
   */
  async start(first: number, last: number, expected: number): Promise<{ knownMs: number; upMs: number }> {
    const running = this.#children.slice(0, last);
    const known = Promise.all(running.map((child) => answer(child, "known", expected)));
    const up = Promise.all(running.map((child) => answer(child, "up", expected)));
    for (let index = 0; index < first; index++) this.#tell(index, { kind: "expect", expected });
    const begun = monotonicMs();
    for (let index = first; index < last; index++) this.#tell(index, { kind: "go", expected });
    const since = (answers: readonly { readonly at: number }[]) => Math.max(...answers.map(({ at }) => at)) - begun;
    return { knownMs: since(await known), upMs: since(await up) };
  }

  async rest(seconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  }

  async usage(): Promise<Usage[]> {
    const answers = this.#children.map((child) => answer(child, "usage"));
    for (let index = 0; index < this.#children.length; index++) this.#tell(index, { kind: "usage" });
    return (await Promise.all(answers)).map(({ usage }) => usage);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exits = this.#children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(exits);
  }

  #tell(index: number, message: ToChild): void {
    this.#children[index]?.send(message);
  }
}

/** The next answer of a kind that a child gives. */
function answer<K extends ToParent["kind"]>(
  child: ChildProcess,
  kind: K,
  expected?: number,
): Promise<Extract<ToParent, { kind: K }> & ToParent> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.off("message", listen);
      child.off("exit", died);
      settle();
    };
    const died = () => end(() => reject(new Error(`A node died before it said "${kind}".`)));
    const late = () => end(() => reject(new Error(`A node did not say "${kind}" in ${DEADLINE_MS} ms.`)));
    const timer = setTimeout(late, DEADLINE_MS);
    const listen = (message: ToParent) => {
      if (message.kind !== kind) return;
      if (expected !== undefined && "expected" in message && message.expected !== expected) return;
      end(() => resolve(message as Extract<ToParent, { kind: K }> & ToParent));
    };
    child.setMaxListeners(20);
    child.on("message", listen);
    child.once("exit", died);
  });
}

/** Ports that nobody listens on, from below those that the system gives to outgoing connections. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
