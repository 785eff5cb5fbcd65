/**
 * Clustering for Node.js: nodes find each other, join, and know who is there.
 *
 * @packageDocumentation
 */

export type { SwimExplanation, SwimOptions } from "@rollcall/swim";
export { SWIM_PRESETS } from "@rollcall/swim";
export type { AssociationCounters } from "./association/associations-context.js";
export type { AdmissionAnswer, AdmissionCandidate, AdmissionHook } from "./association/gatekeeper.js";
export { CLUSTER_ERROR_CODES, ClusterError, type ClusterErrorCode, isClusterError } from "./cluster-error.js";
export { ClusterSystem, type Configure, type Termination } from "./cluster-system.js";
export { ClusterControl, type WaitForMembers } from "./control/cluster-control.js";
export type { ClusterEvent, LaggedEvent, SnapshotEvent } from "./control/cluster-events.js";
export { type ClusterExplanation, NODE_SITUATIONS, type NodeSituation } from "./control/cluster-explanation.js";
export type { Refusal, RefusalExplanation } from "./control/refusals.js";
export type { WaitOptions } from "./control/waits.js";
export * from "./downing/index.js";
export { REJECTION_CODES, type RejectionCode } from "./handshake/handshake-message.js";
export type { Metadata } from "./handshake/metadata.js";
export { formatVersion, PROTOCOL_VERSION, type ProtocolVersion } from "./handshake/protocol-version.js";
export type { Secret } from "./handshake/secret-authentication.js";
export { type Logger, quietLogger } from "./logger.js";
export type { LeadershipChange, MembershipChange, ReachabilityChange } from "./membership/changes.js";
export { MEMBER_STATUSES, type Member, type MemberStatus, type Reachability } from "./membership/member.js";
export { Membership } from "./membership/membership.js";
export { compareNodes, Node, UniqueNode } from "./node.js";
export { type ClusterSettings, defaultSettings } from "./settings.js";
export { CLUSTER_TOKENS, type ClusterCollaborators } from "./tokens.js";
export type {
  CertificateExplanation,
  PeerCheck,
  TlsExplanation,
  TlsFailureExplanation,
  TlsMaterial,
  TlsSettings,
} from "./transport/tls-settings.js";
export type { Connection, ConnectionHandler, Listener, Transport } from "./transport/transport.js";
