import { fileURLToPath } from "node:url";
import type { ServiceInstance } from "@rollcall/core";
import { Child } from "../servers/child.ts";

const PROGRAM = fileURLToPath(new URL("programs/visitor.ts", import.meta.url));

/** What a process is told, as JSON. */
export interface VisitorOptions {
  readonly module: string;
  readonly factory: string;
  readonly options: object;
  readonly announce?: ServiceInstance;
}

/** A line that it writes. */
export type Said =
  | { readonly kind: "listing"; readonly ids: readonly string[] }
  /** Why its session was lost: the error's code. */
  | { readonly kind: "trouble"; readonly code: string }
  | { readonly kind: "announced" }
  | { readonly kind: "heap"; readonly bytes: number }
  | { readonly kind: "disposed" };

/** A process that uses an adapter, supervised, and writes what it sees. Whoever starts it kills it. */
export class Visitor {
  readonly #child: Child;

  /** @param prefix what runs a program on another machine */
  constructor(options: VisitorOptions, prefix: readonly string[] = []) {
    const [program = "", ...args] = [...prefix, process.execPath, "--expose-gc", PROGRAM, JSON.stringify(options)];
    this.#child = new Child([program, ...args]);
  }

  /** Resolves when the newest listing is exactly these, in any order. */
  async lists(ids: readonly string[], withinMs?: number): Promise<void> {
    const wanted = [...ids].sort().join();
    const matches = (said: ReturnType<typeof parse>) => said.kind === "listing" && said.ids.join() === wanted;
    for (let from = 0; ; ) {
      const index = await this.#child.find((line) => matches(parse(line)), from, withinMs);
      from = index + 1;
      const newest = this.#child.lines.findLastIndex((line) => parse(line).kind === "listing");
      if (newest <= index) return;
    }
  }

  /** Resolves with the code of the error by which its first session was lost. */
  async noticesTrouble(): Promise<string> {
    const index = await this.#child.find((line) => parse(line).kind === "trouble", 0);
    const said = parse(this.#child.lines[index] as string);
    return said.kind === "trouble" ? said.code : "";
  }

  async announced(): Promise<void> {
    await this.#child.find((line) => parse(line).kind === "announced", 0);
  }

  /** How large its heap is after a collection, in bytes. */
  async heap(): Promise<number> {
    const from = this.#child.lines.length;
    this.#child.signal("SIGUSR2");
    const index = await this.#child.find((line) => parse(line).kind === "heap", from);
    const said = parse(this.#child.lines[index] as string);
    return said.kind === "heap" ? said.bytes : Number.NaN;
  }

  /** Moves what it takes for the time of day: by an hour ahead, then a day back. */
  jump(): void {
    this.#child.signal("SIGHUP");
  }

  /** Has it dispose everything; resolves with its exit code when it has ended by itself. */
  async leave(withinMs: number): Promise<number | null> {
    this.#child.signal("SIGTERM");
    const late = setTimeout(() => this.#child.signal("SIGKILL"), withinMs);
    await this.#child.exited;
    clearTimeout(late);
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  get lines(): readonly string[] {
    return this.#child.lines;
  }
}

function parse(line: string): Said | { readonly kind: "other" } {
  return line.startsWith("{") ? (JSON.parse(line) as Said) : { kind: "other" };
}
