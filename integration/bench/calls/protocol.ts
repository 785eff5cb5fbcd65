import type { Load, LoadResult } from "./load.ts";

/** What parent and children of the bench of calls say to each other over IPC: an order, and its answer. */
export type ToChild =
  | { readonly kind: "serve"; readonly given: string }
  | { readonly kind: "connect"; readonly address: string }
  | { readonly kind: "load"; readonly load: Load }
  | { readonly kind: "processor" };

export type ToParent =
  | { readonly kind: "serve"; readonly address: string }
  | { readonly kind: "connect" }
  | { readonly kind: "load"; readonly result: LoadResult }
  /** Microseconds of processor time since the start. */
  | { readonly kind: "processor"; readonly us: number };
