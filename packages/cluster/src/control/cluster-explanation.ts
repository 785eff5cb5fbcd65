import type { JoinExplanation } from "@rollcall/join/scheduler";
import type { SwimExplanation } from "@rollcall/swim";
import type { ActorsExplanation } from "../actors/actor-runtime.js";
import type { AssociationCounters } from "../association/associations-context.js";
import type { MemberStatus } from "../membership/member.js";
import type { TlsExplanation } from "../transport/tls-settings.js";
import type { RefusalExplanation } from "./refusals.js";

/** Why a node is not up, or that it is. */
export const NODE_SITUATIONS = Object.freeze({
  UP: "the node is up",
  NOBODY_FOUND: "no other member is known yet; `explain().join` says what was tried",
  TOO_FEW_MEMBERS: "fewer members are reachable than settings.leadership.minimumMembers",
  AWAITING_CONVERGENCE: "the leader waits until all members hold the same membership",
  AWAITING_FORMATION: "no cluster exists yet, and settings.formation wants more",
  AWAITING_LEADER: "another node leads and has not made this one up yet",
  LEAVING: "the node is leaving",
  DOWN: "the node has been downed; only a new incarnation may join",
  STOPPED: "the system has been shut down",
} as const);

export type NodeSituation = keyof typeof NODE_SITUATIONS;

/** What a node knows about itself and its cluster, for people who are woken at night. Plain data, as of now. */
export interface ClusterExplanation {
  /** `system@host:port#id` */
  readonly self: string;
  readonly status: MemberStatus | "stopped";
  readonly situation: { readonly code: NodeSituation; readonly message: string };
  readonly leader: string | undefined;
  /** Whether all reachable members are known to hold the same membership. Only the leader knows for sure. */
  readonly converged: boolean;
  readonly members: readonly { readonly node: string; readonly status: string; readonly reachability: string }[];
  /** What was listed and tried. */
  readonly join: JoinExplanation;
  /** Who is suspected or unreachable, and why, as this node's failure detector sees it. */
  readonly failureDetector: SwimExplanation;
  /** What this node has to do with actors; undefined while that is nothing. */
  readonly actors: ActorsExplanation | undefined;
  /** What the downing strategy wants, and why. */
  readonly downing: { readonly strategy: string; readonly because: string };
  /** Whether this node stands in the registry, if it should. */
  readonly announcement: { readonly state: string; readonly lastError: string | undefined };
  /** How often each rejection code was given or heard in handshakes. */
  readonly rejections: Readonly<Record<string, number>>;
  /** The latest refusal with each of these codes: who said no to whom, and why. */
  readonly refusals: readonly RefusalExplanation[];
  /** This node's certificate, what became of reading it again, and who did not get through TLS; undefined without TLS. */
  readonly tls: TlsExplanation | undefined;
  /** How many associations are open, and what went through them. */
  readonly associations: { readonly open: number } & Readonly<AssociationCounters>;
  /** What this node keeps because of others, now; all of it is bounded. */
  readonly held: {
    /** Open associations, and those that are to be opened. */
    readonly associations: number;
    /** Frames that wait for an association to open, all together. */
    readonly bufferedFrames: number;
    /** Incoming connections of which nobody is known to be behind them. */
    readonly strangers: number;
    /** Peers that have dialled and shaken hands, and are not members yet. */
    readonly guests: number;
  };
  /** What was refused or forgotten because something was full or wrong. */
  readonly dropped: {
    readonly undecodableFrames: number;
    readonly duplicateNodeIds: number;
    readonly forgottenTombstones: number;
    /** Lines that were not logged, because there had been so many of the same. */
    readonly logLines: number;
  };
}
