/** What parent and children of the detection bench say to each other over IPC. */

/** `floor`: connections and nothing else. The others: a cluster with that preset of the failure detector. */
export type Kind = "floor" | "lan" | "local";

export type ToChild =
  /** Listen, and meet those who listen on these ports. */
  | { readonly kind: "start"; readonly contacts: readonly number[]; readonly size: number }
  /** Do nothing else for so long. */
  | { readonly kind: "stall"; readonly ms: number };

export type ToParent =
  /** Everything is loaded. */
  | { readonly kind: "ready" }
  | { readonly kind: "listening"; readonly port: number }
  /** Everybody is there and reachable, for the first time or again. */
  | { readonly kind: "whole" }
  | { readonly kind: "stalled" }
  /** Whoever listens on a port is gone, as far as this child can tell; `at` by the machine's monotonic clock. */
  | { readonly kind: "lost"; readonly port: number; readonly at: number }
  | { readonly kind: "downed"; readonly port: number };
