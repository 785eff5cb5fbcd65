import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";
import { IN_TIME_MS } from "../../support/patience.ts";
import type { Line, Setup, View } from "./setup.ts";

const PROGRAM = fileURLToPath(new URL("../programs/member.ts", import.meta.url));

/** What a test hands on so that what it starts ends with it; several tests may run at once. */
export type OnTestFinished = TestContext["onTestFinished"];

export interface MemberOptions {
  readonly onTestFinished: OnTestFinished;
  /** What runs a program on another machine. */
  readonly prefix?: readonly string[];
}

/** A node that is a process of its own, and everything that it said. */
export class Member {
  readonly setup: Setup;
  address = "";
  id = "";
  /** In the order in which it had them. */
  readonly views: View[] = [];
  /** Of lines that are no views. */
  readonly said: Line[] = [];
  readonly exited: Promise<void>;
  #over = false;
  #stderr = "";
  readonly #options: MemberOptions;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();

  private constructor(setup: Setup, options: MemberOptions) {
    this.setup = setup;
    this.#options = options;
    const [file = "", ...args] = [...(options.prefix ?? []), process.execPath, PROGRAM, JSON.stringify(setup)];
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(JSON.parse(line) as Line));
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.exited = once(child, "close").then(() => {
      this.#over = true;
      this.#wake();
    });
    options.onTestFinished(() => {
      child.kill("SIGKILL");
      return this.exited;
    });
  }

  /** Resolves when it listens. */
  static async start(setup: Setup, options: MemberOptions): Promise<Member> {
    const member = new Member(setup, options);
    await member.#until("it listens", () => (member.id === "" ? undefined : true));
    return member;
  }

  /** Another process at the same address. @param contacts where it finds others, if not where this one did */
  startAgain(contacts = this.setup.contacts): Promise<Member> {
    const port = Number(this.address.slice(this.address.lastIndexOf(":") + 1));
    return Member.start({ ...this.setup, port, contacts }, this.#options);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first view from the newest on that is accepted. */
  sees(what: string, accepts: (view: View) => boolean, withinMs?: number): Promise<View> {
    return this.#until(
      what,
      () => this.views.findLast((view, index) => index + 1 === this.views.length && accepts(view)),
      withinMs,
    );
  }

  /** Resolves when it has seen all of these, in this order, whatever else it saw. @param changes such as `id down` */
  async hasSeen(...changes: readonly string[]): Promise<void> {
    await this.#until(`it has seen ${changes.join(", ")}`, () => {
      let next = 0;
      for (const { change } of this.views) if (change !== undefined && change === changes[next]) next++;
      return next === changes.length ? true : undefined;
    });
  }

  /** Resolves when it has written a line of a kind. */
  async says<K extends Line["kind"]>(kind: K, withinMs?: number): Promise<Extract<Line, { kind: K }>> {
    const find = () => this.said.find((line) => line.kind === kind) as Extract<Line, { kind: K }> | undefined;
    return this.#until(`it says "${kind}"`, find, withinMs);
  }

  /** All changes of these kinds that it has seen, as `address down`. */
  changesTo(...kinds: readonly string[]): string[] {
    const addresses = new Map(this.views.flatMap(({ members }) => members.map(({ id, address }) => [id, address])));
    return this.views.flatMap(({ change }) => {
      const [id = "", to = ""] = change?.split(" ") ?? [];
      return kinds.includes(to) ? [`${addresses.get(id)} ${to}`] : [];
    });
  }

  #hear(line: Line): void {
    if (line.kind === "view") this.views.push(line);
    else this.said.push(line);
    if (line.kind === "listening") {
      this.address = line.address;
      this.id = line.id;
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  async #until<T>(what: string, look: () => T | undefined, withinMs = IN_TIME_MS): Promise<T> {
    const timeout = AbortSignal.timeout(withinMs);
    timeout.addEventListener("abort", () => this.#wake());
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const why = this.#over ? "the process ended" : timeout.aborted ? `${withinMs} ms passed` : undefined;
      if (why !== undefined) throw new Error(`${why} before ${what}. ${this}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** What it saw and said, for people. */
  toString(): string {
    const seen = this.views.at(-1)?.members.map(({ id, address, status, reachability }) => {
      return `  ${address} ${id} ${status} ${reachability}`;
    });
    const changes = this.views.flatMap(({ change }) => change ?? []);
    const said = this.said.map((line) => JSON.stringify(line)).join(" ");
    return `${this.address} ${this.id} saw:\n${seen?.join("\n")}\nafter: ${changes.join(", ")}\nand said: ${said} ${this.#stderr}`;
  }
}
