import type { Member } from "../membership/member.js";
import type { UniqueNode } from "../node.js";
import type { Offer, Reject, RejectionCode } from "./handshake-message.js";
import { formatVersion, negotiateVersion, PROTOCOL_VERSION, type ProtocolVersion } from "./protocol-version.js";
import type { Side } from "./yielding.js";

/** What a node knows that bears on whom it talks to. */
export interface AdmissionView {
  readonly self: UniqueNode;
  member(nodeId: string): Member | undefined;
  isTombstoned(nodeId: string): boolean;
  /** Whether there may be an association with a node, or is one. */
  hasRoom(nodeId: string): boolean;
  /** The cluster that this node is in. */
  side(): Side;
}

export type Admission = { readonly protocol: ProtocolVersion } | Reject;

/** Whether to talk to whoever made an offer. */
export function admitOffer(offer: Offer, view: AdmissionView): Admission {
  const { self } = view;
  const { from } = offer;
  const protocol = negotiateVersion(PROTOCOL_VERSION, offer.protocol);
  if (protocol === undefined) {
    const versions = `${formatVersion(offer.protocol)} was offered, ${formatVersion(PROTOCOL_VERSION)} is spoken here`;
    return reject("INCOMPATIBLE_PROTOCOL", `protocol ${versions}`);
  }
  if (from.system !== self.system) {
    return reject("WRONG_SYSTEM", `this is system ${self.system}, the offer comes from system ${from.system}`);
  }
  if (from.id === self.id) {
    return from.address === self.address
      ? reject("SELF", "this is the node itself")
      : reject("DUPLICATE_NODE_ID", `${from.address} and ${self.address} have the same node id ${self.id}`);
  }
  if (offer.targetId !== undefined && offer.targetId !== self.id) {
    return reject("WRONG_TARGET", `the offer is meant for ${offer.targetId}, this is ${self.id}`);
  }
  const status = view.member(self.id)?.status;
  // Members have to be able to say goodbye to each other, also those that had nothing to say before.
  const isNewcomer = view.member(from.id) === undefined;
  if (status === "leaving" && isNewcomer) return reject("NODE_LEAVING", `${self} is leaving the cluster`);
  if (status === undefined || status === "down") return reject("NODE_DOWN", `${self} has been downed`);
  const refusal = admitPeer(from, view);
  return refusal ?? { protocol };
}

/** Whether to talk to whoever answered an offer of ours. */
export function admitPeer(peer: UniqueNode, view: AdmissionView): Reject | undefined {
  if (peer.system !== view.self.system) {
    return reject("WRONG_SYSTEM", `this is system ${view.self.system}, the peer belongs to system ${peer.system}`);
  }
  if (peer.address === view.self.address) {
    const advice = "set settings.node.host and settings.node.port of each to where others can reach it";
    return reject("SAME_ADDRESS", `${peer} and ${view.self} both say that they are at ${peer.address}; ${advice}`);
  }
  const known = view.member(peer.id);
  if (view.isTombstoned(peer.id) || known?.status === "down") {
    const reason = `${peer} has been removed from the cluster; restart it so that it joins anew`;
    return { ...reject("TOMBSTONED", reason), by: { nodeId: view.self.id, side: view.side() } };
  }
  if (known !== undefined && known.node.address !== peer.address) {
    const addresses = `${known.node.address} and ${peer.address}`;
    return reject("DUPLICATE_NODE_ID", `${addresses} have the same node id ${peer.id}`);
  }
  if (!view.hasRoom(peer.id)) {
    const limit = "settings.association.maxAssociations";
    return reject("TOO_MANY_ASSOCIATIONS", `${view.self} talks to as many nodes as it may (${limit})`);
  }
  return undefined;
}

export function reject(code: RejectionCode, reason: string): Reject {
  return { kind: "reject", code, reason };
}
