import type { EndpointRecord } from "./endpoint-record.js";
import type { JoinSituation } from "./join-situation.js";
import { type MemberAt, SELF } from "./member-at.js";

/**
 * Where an endpoint stands.
 *
 * - `waiting`: to be tried as soon as there is room, or after the head start given to newcomers
 * - `attempting`: an attempt is under way
 * - `backing-off`: the last attempt failed; the next one is due later
 * - `joined`: a fellow member is behind it
 * - `self`: we are behind it
 */
export type EndpointState = "waiting" | "attempting" | "backing-off" | "joined" | "self";

export interface EndpointExplanation {
  /** `host:port`. */
  readonly endpoint: string;
  readonly state: EndpointState;
  /** In the newest listing. */
  readonly listed: boolean;
  /** Asked for by `join()`. */
  readonly requested: boolean;
  /** The discovery's id of it. */
  readonly id?: string;
  /** The member behind it, when `joined`. */
  readonly nodeId?: string;
  /** Attempts started since it was first listed or asked for. */
  readonly attempts: number;
  /** How the last attempt failed, unless one succeeded since. */
  readonly lastCode?: string;
  readonly lastReason?: string;
  /** Whether `lastCode` is a peer's answer; otherwise nobody answered. */
  readonly lastAnswered?: boolean;
  /** Milliseconds; 0 when only room is missing. Absent unless `waiting` or `backing-off`. */
  readonly nextRetryInMs?: number;
}

export interface DiscoveryExplanation {
  readonly name: string;
  /** `retrying`: the session failed or ended; the last listing stays in force until another one is there. */
  readonly state: "idle" | "opening" | "live" | "retrying";
  /** Instances in the last listing; absent before the first. */
  readonly listed?: number;
  readonly listingAgeMs?: number;
  /** Why the last lost session was lost; stays after recovery. */
  readonly lastError?: { readonly code: string; readonly message: string };
  /** Trouble that ended no session, such as a record that could not be read and was left out: the last of it. */
  readonly lastProblem?: { readonly code: string; readonly message: string };
  /** How often there was such trouble. */
  readonly problems: number;
  /** Failed sessions in a row. */
  readonly failures: number;
  readonly retryInMs?: number;
}

/** What a scheduler is doing, and why this node has nobody to be with, when it has not. Plain data. */
export interface JoinExplanation {
  readonly situation: { readonly code: JoinSituation; readonly message: string };
  /** Ourselves included. */
  readonly members: number;
  readonly attemptsUnderWay: number;
  readonly maxConcurrentJoins: number;
  /** Absent when there is none: only explicit requests are served. */
  readonly discovery?: DiscoveryExplanation;
  /** In the order they were first listed or asked for. */
  readonly endpoints: readonly EndpointExplanation[];
  /** Endpoints of the newest listing left out because `maxEndpoints` are tracked. */
  readonly leftOut: number;
}

/** Puts one record into words, as of `now`. */
export function explainEndpoint(record: EndpointRecord, memberAt: MemberAt, now: number): EndpointExplanation {
  const { last } = record;
  const state = stateOf(record, memberAt, now);
  const dueAt = record.requests.size > 0 ? record.retryAt : Math.max(record.retryAt, record.spreadUntil ?? now);
  return {
    endpoint: record.key,
    state,
    listed: record.listed,
    requested: record.requests.size > 0,
    ...(record.instance.id === undefined ? {} : { id: record.instance.id }),
    ...(typeof memberAt === "string" ? { nodeId: memberAt } : {}),
    attempts: record.attempts,
    ...(last === undefined ? {} : { lastCode: last.code, lastReason: last.reason, lastAnswered: last.answered }),
    ...(state === "waiting" || state === "backing-off" ? { nextRetryInMs: Math.max(0, Math.ceil(dueAt - now)) } : {}),
  };
}

function stateOf(record: EndpointRecord, memberAt: MemberAt, now: number): EndpointState {
  if (memberAt === SELF) return "self";
  if (memberAt !== undefined) return "joined";
  if (record.underWay) return "attempting";
  return record.retryAt > now ? "backing-off" : "waiting";
}
