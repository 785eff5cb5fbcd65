import type { Clock, Random } from "@rollcall/core";
import type { Logger } from "../logger.js";
import type { Member } from "../membership/member.js";
import type { UniqueNode } from "../node.js";
import type { ActorSettings } from "./actor-settings.js";
import type { ToNode } from "./declaring/actor-id.js";
import type { ReplicationOptions } from "./receptionist/replication.js";
import type { SingletonSettings } from "./singleton/singletons.js";

/** Where a node stands, as seen from here: `unknown` if it is not a member, and never was as far as is known. */
export type NodeStanding = "member" | "unknown" | "gone";

/** What the runtime of actors has of the node that it is part of. */
export interface ActorRuntimeContext {
  readonly self: UniqueNode;
  readonly settings: ActorSettings;
  readonly receptionist: ReplicationOptions;
  readonly singletons: SingletonSettings;
  /** What each frame of the runtime begins with. */
  readonly frameKind: number;
  /** The largest frame that other nodes accept, in bytes. */
  readonly maxFrameBytes: number;
  /** How much may wait for a node that is not a member yet, in bytes. */
  readonly maxWaitingBytes: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** @returns false if the frame was dropped */
  readonly send: (peer: UniqueNode, frame: Uint8Array) => boolean;
  readonly isConnected: (nodeId: string) => boolean;
  readonly standing: (nodeId: string) => NodeStanding;
  readonly toNode: ToNode;
  /** All members, those that were downed and this node included. */
  readonly members: () => Iterable<Member>;
  readonly member: (nodeId: string) => Member | undefined;
  readonly leader: () => Member | undefined;
}
