import type { ClusterExplanation, MemberStatus, Reachability } from "@rollcall/cluster";
import type { DiscoveryPlan } from "../discovery-plan.js";

/** Something a node of the demonstration did or saw. Addresses are `host:port`. */
export type NodeEvent =
  | { readonly event: "listening"; readonly address: string; readonly incarnation: string; readonly pid: number }
  /** Its discovery lists others that it did not list before. */
  | { readonly event: "found"; readonly addresses: readonly string[] }
  /** Its discovery no longer lists these. */
  | { readonly event: "lost"; readonly addresses: readonly string[] }
  | {
      readonly event: "member";
      readonly address: string;
      readonly from: MemberStatus | undefined;
      readonly to: MemberStatus;
    }
  | { readonly event: "reachability"; readonly address: string; readonly reachability: Reachability }
  | { readonly event: "leader"; readonly address: string | undefined }
  /** The actor at that address has answered its call. */
  | { readonly event: "called"; readonly address: string; readonly answer: string }
  /** The actor at that address, which it watches, is no more. */
  | { readonly event: "watch-fired"; readonly address: string; readonly reason: string }
  /** It has the singleton now, which has counted so many. */
  | { readonly event: "hosts"; readonly count: number }
  | { readonly event: "rests" }
  | { readonly event: "explanation"; readonly explanation: ClusterExplanation }
  | { readonly event: "ended"; readonly reason: string }
  | { readonly event: "failed"; readonly message: string }
  /** The demonstration ends its process as a crash would. */
  | { readonly event: "killed"; readonly pid: number }
  /** The process is gone. */
  | { readonly event: "exited"; readonly code: number | null; readonly signal: string | null };

/** Where the demonstration stands. Steps count from 1. */
export type StoryEvent =
  | { readonly event: "opening"; readonly nodes: number; readonly discovery: DiscoveryPlan }
  | { readonly event: "note"; readonly text: string }
  | { readonly event: "step"; readonly step: number; readonly of: number; readonly title: string }
  /** One of the things that a step is to bring about has come about. */
  | { readonly event: "goal"; readonly step: number; readonly goal: string }
  | { readonly event: "step-done"; readonly step: number; readonly tookMs: number }
  | {
      readonly event: "step-failed";
      readonly step: number;
      readonly title: string;
      readonly afterMs: number;
      readonly missing: readonly string[];
    }
  | {
      readonly event: "summary";
      readonly ok: boolean;
      readonly stepsDone: number;
      readonly steps: number;
      readonly tookMs: number;
    };

/** What a node told, and when: in milliseconds since the demonstration began. */
export type NodeEntry = NodeEvent & { readonly at: number; readonly node: string };

export type StoryEntry = StoryEvent & { readonly at: number };

/** One entry of the timeline. */
export type TimelineEntry = NodeEntry | StoryEntry;
