import type { Endpoint, ServiceInstance } from "@rollcall/core";

/** How an attempt to join ended, when it ended with an answer. No answer is a rejected promise. */
export type JoinOutcome =
  /** The peer is (or became) a fellow member; its membership has already been merged into ours. */
  | { readonly kind: "joined"; readonly nodeId: string }
  /** The endpoint is ourselves, under whatever name; recognised by node id in the handshake. */
  | { readonly kind: "self" }
  /** The peer answered no. `code` is one of the handshake's rejection codes, such as `WRONG_SYSTEM`. */
  | { readonly kind: "rejected"; readonly code: string; readonly reason: string };

/** Makes one attempt. What a cluster puts in: dialling, handshake, first exchange of membership. */
export interface Joiner {
  /**
   * One attempt, bounded in time by the joiner itself. Rejects when nobody answered (an `Error`, with a `code` where
   * it has one, such as `ECONNREFUSED`). Aborting gives up at once: the scheduler's `stop` waits for it.
   */
  join(endpoint: Endpoint, signal: AbortSignal): Promise<JoinOutcome>;
}

/** What the scheduler needs to know of the membership. */
export interface MembershipView {
  /** The node id of the member at exactly this address, if there is one that has not been downed or removed. */
  memberAt(endpoint: Endpoint): string | undefined;
  /** Whether the incarnation with this node id is a member that has not been downed or removed. */
  isMember(nodeId: string): boolean;
  /**
   * How many members there are that have not been downed or removed, ourselves included. With others to gossip with,
   * the scheduler takes its time (see `spreadMs`); without it counts those it sees listed.
   */
  memberCount?(): number;
  /** Calls `listener` after every change; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

/** Chooses which endpoints to try next. Asked whenever there is room for an attempt. */
export interface CandidatePolicy {
  /**
   * @param candidates endpoints that are listed, not members, not under way and not backing off
   * @param room how many attempts may be started now, at least 1
   * @returns those to try now, best first; more than `room` are cut
   */
  choose(candidates: readonly ServiceInstance[], room: number): readonly ServiceInstance[];
}

/** The part of a logger that is used here; pino and console satisfy it. */
export interface JoinLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}
