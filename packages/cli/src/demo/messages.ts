import type { ClusterExplanation, MemberStatus, Reachability, Termination } from "@rollcall/cluster";
import type { DiscoveryPlan } from "./discovery-plan.js";

/** What the demonstration tells one of its processes. Sent through the channel that Node.js opens to a forked process. */
export type Order = StartOrder | { readonly kind: "explain" } | { readonly kind: "leave" };

export interface StartOrder {
  readonly kind: "start";
  readonly system: string;
  readonly discovery: DiscoveryPlan;
  /** Where to listen. Any free port if there is none, or if somebody else has it. */
  readonly port?: number;
}

export interface MemberReport {
  /** `host:port` */
  readonly address: string;
  readonly status: MemberStatus;
  readonly reachability: Reachability;
}

export type ReportBody =
  | { readonly kind: "listening"; readonly address: string; readonly incarnation: string }
  /** The discovery gave a listing; the node itself may be in it. */
  | { readonly kind: "listed"; readonly addresses: readonly string[] }
  | { readonly kind: "snapshot"; readonly members: readonly MemberReport[]; readonly leader: string | undefined }
  | { readonly kind: "member"; readonly member: MemberReport }
  | { readonly kind: "leader"; readonly address: string | undefined }
  /** The actor of another node has answered a call. */
  | { readonly kind: "called"; readonly address: string; readonly answer: string }
  /** The actor of another node, which this one watches, is no more. */
  | { readonly kind: "watch-fired"; readonly address: string; readonly reason: string }
  /** The singleton begins on this node, and has counted so many so far. */
  | { readonly kind: "hosts"; readonly count: number }
  /** The singleton ends on this node. */
  | { readonly kind: "rests" }
  | { readonly kind: "explanation"; readonly explanation: ClusterExplanation }
  /** The system has ended; the process is about to. */
  | { readonly kind: "ended"; readonly reason: Termination["reason"] }
  /** The system could not be started. */
  | { readonly kind: "failed"; readonly message: string };

/** What a process tells the demonstration, and when that was by the machine's monotonic clock, in milliseconds. */
export type Report = ReportBody & { readonly at: number };
