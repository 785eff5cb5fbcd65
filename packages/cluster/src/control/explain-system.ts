import { formatEndpoint } from "@rollcall/core";
import type { JoinScheduler } from "@rollcall/join/scheduler";
import type { ActorHost } from "../actor-host.js";
import type { ClusterShell } from "../cluster-shell.js";
import type { LeadershipOptions } from "../leadership/leadership.js";
import type { UniqueNode } from "../node.js";
import type { SelfAnnouncement } from "../self-announcement.js";
import type { ClusterExplanation } from "./cluster-explanation.js";
import { nodeSituation } from "./node-situation.js";

/** The parts of a system that have something to say. */
export interface ExplainedParts {
  readonly self: UniqueNode;
  readonly leadership: LeadershipOptions;
  readonly isStopped: boolean;
  readonly shell: ClusterShell;
  readonly scheduler: JoinScheduler;
  readonly actors: ActorHost;
  readonly announcement: SelfAnnouncement;
  readonly tls: ClusterExplanation["tls"];
}

/** What a system knows about itself and its cluster now: what each of its parts says, put together. */
export function explainSystem(parts: ExplainedParts): ClusterExplanation {
  const { self, leadership, isStopped, shell, scheduler, actors, announcement, tls } = parts;
  const { core, detector, associations, peerLog, refusals, undecodable } = shell;
  const members = [...core.table.snapshot].map(({ node, status, reachability }) => ({
    node: node.toString(),
    status,
    reachability,
  }));
  return {
    self: self.toString(),
    status: isStopped ? "stopped" : (core.self?.status ?? "removed"),
    situation: nodeSituation(core, leadership, isStopped),
    leader: core.leader === undefined ? undefined : formatEndpoint(core.leader.node),
    converged: core.convergence.converged,
    members,
    join: scheduler.explain(),
    failureDetector: detector.explain(),
    actors: actors.explain(),
    downing: { strategy: core.downing.strategy, because: core.downing.last.because },
    announcement: { state: announcement.state, lastError: announcement.lastError?.message },
    rejections: refusals.counts,
    refusals: refusals.explain(),
    tls,
    associations: { open: associations.open, ...associations.counters },
    held: {
      associations: associations.size,
      bufferedFrames: associations.bufferedFrames,
      strangers: associations.strangers,
      guests: associations.guests,
    },
    dropped: {
      undecodableFrames: undecodable,
      duplicateNodeIds: core.duplicateIds,
      forgottenTombstones: core.table.tombstones.forgotten,
      logLines: peerLog.heldBack,
    },
  };
}
