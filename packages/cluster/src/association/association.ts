import type { Timer } from "@rollcall/core";
import type { Reject } from "../handshake/handshake-message.js";
import type { UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import type { SendBuffer } from "./send-buffer.js";

/** What this node holds about talking to one other incarnation: at most one connection, and what waits for it. */
export interface Association {
  readonly peer: UniqueNode;
  readonly buffer: SendBuffer;
  connection: Connection | undefined;
  /** When the connection was agreed on, counted in connections: tells which of two is the later. */
  openedAt: number;
  /** Whether an attempt to reach the peer is under way. */
  dialling: boolean;
  /** Attempts to reach the peer that failed since the last that did not. */
  failures: number;
  /** Runs while no further attempt is made after one that failed. */
  retry: Timer | undefined;
}

/** What a dial came to that was answered. */
export type DialResult =
  | { readonly kind: "associated"; readonly peer: UniqueNode }
  | { readonly kind: "rejected"; readonly rejection: Reject };
