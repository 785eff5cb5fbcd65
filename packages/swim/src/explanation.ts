import type { Context } from "./context.js";
import type { SwimCounters } from "./counters.js";
import type { Member, ReachabilityReason } from "./member.js";
import { REACHABILITIES, type Reachability } from "./update.js";

/** Why a member is not simply reachable. */
export interface DoubtExplanation {
  readonly id: string;
  readonly reachability: Reachability;
  readonly because: ReachabilityReason;
  readonly incarnation: number;
  /** How long it has been so, in milliseconds, stalls of this process not counted. */
  readonly sinceMs: number;
  /** Whoever has found out by itself that it does not answer; this node, too, if it has. */
  readonly suspectedBy: readonly string[];
  /** How long until it counts as unreachable, if nothing is heard; only of suspects. */
  readonly unreachableInMs?: number;
  /** Whether there is no connection to it. */
  readonly disconnected: boolean;
}

/** What a detector thinks and why: plain data, for people and tools. */
export interface SwimExplanation {
  readonly self: string;
  /** How often this node had to refute suspicions of itself, more or less. */
  readonly incarnation: number;
  /** How many other members there are. */
  readonly members: number;
  /** 0 is good; see `LocalHealth`. */
  readonly localHealth: number;
  /** What bad local health makes of the options. */
  readonly probeIntervalMs: number;
  readonly probeTimeoutMs: number;
  /** Pieces of news still to be told to others. */
  readonly news: number;
  /** Everybody who is suspect or unreachable. */
  readonly doubts: readonly DoubtExplanation[];
  readonly counters: SwimCounters;
}

export function explainContext(context: Context): SwimExplanation {
  const { counters, dissemination, health, members, options, self, time } = context;
  return {
    self: self.id,
    incarnation: self.incarnation,
    members: members.size,
    localHealth: health.score,
    probeIntervalMs: health.scale(options.probeIntervalMs),
    probeTimeoutMs: health.scale(options.probeTimeoutMs),
    news: dissemination.size,
    doubts: [...members].flatMap((member) => explainDoubt(member, time.now) ?? []),
    counters: { ...counters },
  };
}

function explainDoubt(member: Member, now: number): DoubtExplanation | undefined {
  const { connected, doubt, id, incarnation, status } = member;
  if (doubt === undefined) return undefined;
  const { because, since, suspecters, verdict } = doubt;
  return {
    id,
    reachability: REACHABILITIES[status] as Reachability,
    because,
    incarnation,
    sinceMs: now - since,
    suspectedBy: suspecters,
    ...(verdict === undefined ? {} : { unreachableInMs: Math.max(0, verdict.at - now) }),
    disconnected: connected === false,
  };
}
