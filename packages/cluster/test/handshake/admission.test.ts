import { describe, expect, it } from "vitest";
import { type AdmissionView, admitOffer, admitPeer } from "../../src/handshake/admission.js";
import { type Offer, REJECTION_CODES } from "../../src/handshake/handshake-message.js";
import { PROTOCOL_VERSION } from "../../src/handshake/protocol-version.js";
import type { Member } from "../../src/membership/member.js";
import { UniqueNode } from "../../src/node.js";
import { member, node } from "../support/nodes.js";

const self = node(1);
const peer = node(2);

interface Circumstances {
  readonly members?: readonly Member[];
  readonly tombstones?: readonly string[];
  readonly isFull?: boolean;
}

function view({ members = [member(self, "up")], tombstones = [], isFull = false }: Circumstances = {}): AdmissionView {
  return {
    self,
    member: (nodeId) => members.find((each) => each.node.id === nodeId),
    hasRoom: () => !isFull,
    isTombstoned: (nodeId) => tombstones.includes(nodeId),
    side: () => ({ lowest: node(1), members: 3 }),
  };
}

function offer(changes: Partial<Offer> = {}): Offer {
  return { kind: "offer", protocol: PROTOCOL_VERSION, from: peer, targetId: undefined, ...changes };
}

const { major, minor, patch } = PROTOCOL_VERSION;
const elsewhere = (id: string) => new UniqueNode("test", "10.0.0.99", 7337, id);

describe("an offer is accepted", () => {
  it.each<[string, Partial<Offer>, Circumstances]>([
    ["from somebody new", {}, {}],
    ["from somebody new while this node is itself joining", {}, { members: [member(self, "joining")] }],
    ["meant for this very incarnation", { targetId: self.id }, {}],
    ["from a member whose connection was lost", {}, { members: [member(self, "up"), member(peer, "up")] }],
    ["from a member who is leaving", {}, { members: [member(self, "up"), member(peer, "leaving")] }],
    ["from the next incarnation at a removed one's address", { from: node(2, 1) }, { tombstones: [peer.id] }],
    [
      "from the next incarnation at a member's address",
      { from: node(2, 1) },
      { members: [member(self, "up"), member(peer, "up")] },
    ],
  ])("%s", (_, changes, circumstances) => {
    expect(admitOffer(offer(changes), view(circumstances))).toEqual({ protocol: PROTOCOL_VERSION });
  });

  it.each([
    ["a newer minor version", { major, minor: minor + 1, patch: 0 }, PROTOCOL_VERSION],
    ["a newer patch", { major, minor, patch: patch + 1 }, PROTOCOL_VERSION],
  ])("from %s, and this node's version is spoken", (_, protocol, spoken) => {
    expect(admitOffer(offer({ protocol }), view())).toEqual({ protocol: spoken });
  });
});

const refusals: [code: string, when: string, Partial<Offer>, Circumstances][] = [
  ["INCOMPATIBLE_PROTOCOL", "the major version is newer", { protocol: { major: major + 1, minor: 0, patch: 0 } }, {}],
  ["INCOMPATIBLE_PROTOCOL", "the major version is older", { protocol: { major: major - 1, minor: 9, patch: 9 } }, {}],
  ["WRONG_SYSTEM", "the system has another name", { from: new UniqueNode("other", "10.0.0.2", 7337, peer.id) }, {}],
  [
    "WRONG_SYSTEM",
    "the system's name differs by case",
    { from: new UniqueNode("Test", "10.0.0.2", 7337, peer.id) },
    {},
  ],
  ["WRONG_TARGET", "another incarnation is meant", { targetId: node(1, 1).id }, {}],
  ["SELF", "it comes from this node itself", { from: self }, {}],
  ["SELF", "it comes from this node itself, which meant somebody else", { from: self, targetId: peer.id }, {}],
  ["SAME_ADDRESS", "another node says that it is at this node's address", { from: node(1, 1) }, {}],
  ["NODE_LEAVING", "this node is leaving", {}, { members: [member(self, "leaving")] }],
  ["NODE_DOWN", "this node is down", {}, { members: [member(self, "down")] }],
  ["NODE_DOWN", "this node has been removed", {}, { members: [] }],
  ["TOO_MANY_ASSOCIATIONS", "this node talks to as many as it may", {}, { isFull: true }],
  ["TOMBSTONED", "the peer has been removed", {}, { tombstones: [peer.id] }],
  ["TOMBSTONED", "the peer is down", {}, { members: [member(self, "up"), member(peer, "down")] }],
  ["DUPLICATE_NODE_ID", "the peer has this node's id", { from: elsewhere(self.id) }, {}],
  [
    "DUPLICATE_NODE_ID",
    "the peer has a member's id",
    { from: elsewhere(peer.id) },
    { members: [member(self, "up"), member(peer, "up")] },
  ],
];

describe("an offer is rejected", () => {
  it.each(refusals)("with %s when %s", (code, _, changes, circumstances) => {
    const admission = admitOffer(offer(changes), view(circumstances));
    expect(admission).toMatchObject({ kind: "reject", code });
  });

  it("with every code there is, but for those that are given elsewhere", () => {
    const unused = Object.keys(REJECTION_CODES).filter((code) => !refusals.some(([used]) => used === code));
    expect(unused).toEqual([
      "NOT_ADMITTED",
      "UNAUTHENTICATED",
      "CERTIFICATE_REFUSED",
      "TOO_MANY_HANDSHAKES",
      "NOT_UNDERSTOOD",
    ]);
  });

  it("with a reason that names both sides", () => {
    const reason = (changes: Partial<Offer>) => (admitOffer(offer(changes), view()) as { reason: string }).reason;
    expect(reason({ protocol: { major: 9, minor: 1, patch: 2 } })).toMatch(/9\.1\.2.*1\.1\.0/);
    expect(reason({ from: new UniqueNode("other", "10.0.0.2", 7337, peer.id) })).toMatch(/test.*other/);
    expect(reason({ targetId: peer.id })).toContain(peer.id);
    expect(reason({ from: node(1, 1) })).toMatch(
      /0001.*both say that they are at 10\.0\.0\.1:7337.*settings\.node\.host/,
    );
    expect(reason({ from: elsewhere(self.id) })).toMatch(/10\.0\.0\.99:7337.*10\.0\.0\.1:7337/);
  });
});

describe("whoever answers an offer is refused", () => {
  it.each<[string, string, UniqueNode, Circumstances]>([
    ["TOMBSTONED", "when it has been removed", peer, { tombstones: [peer.id] }],
    ["TOMBSTONED", "when it is down", peer, { members: [member(peer, "down")] }],
    ["TOO_MANY_ASSOCIATIONS", "when this node talks to as many as it may", peer, { isFull: true }],
    ["WRONG_SYSTEM", "when it belongs to another system", new UniqueNode("other", "10.0.0.2", 7337, peer.id), {}],
    ["DUPLICATE_NODE_ID", "when it has a member's id", elsewhere(peer.id), { members: [member(peer, "up")] }],
    ["SAME_ADDRESS", "when it says that it is at this node's address", node(1, 1), {}],
  ])("with %s %s", (code, _, answering, circumstances) => {
    expect(admitPeer(answering, view(circumstances))).toMatchObject({ code });
  });

  it("and otherwise not", () => {
    expect(admitPeer(peer, view())).toBeUndefined();
    expect(admitPeer(peer, view({ members: [member(peer, "up")] }))).toBeUndefined();
  });
});
