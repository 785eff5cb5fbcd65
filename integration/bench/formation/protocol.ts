/** What parent and children of the formation bench say to each other over IPC. */

export type Kind = "floor" | "rollcall";

/** To a child: where everybody is going to listen, and which of them it is. */
export interface Setup {
  readonly ports: readonly number[];
  readonly index: number;
  /** A floor pings one of the others so often, in milliseconds, and answers pings. Default: it says nothing. */
  readonly pingMs?: number | undefined;
}

export type ToChild =
  | { readonly kind: "setup"; readonly setup: Setup }
  /** Start now. `expected`: report when so many nodes are known. */
  | { readonly kind: "go"; readonly expected: number }
  /** Report again when so many are known. */
  | { readonly kind: "expect"; readonly expected: number }
  | { readonly kind: "usage" };

export type ToParent =
  /** Everything is loaded. */
  | { readonly kind: "ready" }
  /** `at`: the monotonic clock of the machine, in milliseconds. */
  | { readonly kind: "known" | "up"; readonly at: number; readonly expected: number }
  | { readonly kind: "usage"; readonly usage: Usage };

export interface Usage {
  readonly at: number;
  /** Milliseconds of processor time since the start. */
  readonly cpuMs: number;
  /** Proportional set size in kilobytes. */
  readonly pssKb: number;
  /** Bytes and frames sent, headers included. */
  readonly sentBytes: number;
  readonly sentFrames: number;
  readonly connections: number;
}

/** The machine's monotonic clock, the same in every process, in milliseconds. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
