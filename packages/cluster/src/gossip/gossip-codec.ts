import { Packr } from "msgpackr/pack";
import type { Digest } from "../membership/digest.js";
import { MEMBER_STATUSES, statusRank } from "../membership/member.js";
import type { MembershipEntry } from "../membership/membership-entry.js";
import type { UniqueNode } from "../node.js";
import type { GossipMessage } from "./gossip-message.js";

const KINDS = Object.freeze(["push", "digest", "summary", "delta"] as const);
const ANSWERS = Object.freeze(["no", "different", "always"] as const);
const DIGEST_BYTES = 8;

const packr = new Packr({ useRecords: false, moreTypes: false });

/** A gossip message as bytes: a MessagePack array, its first element the kind. */
export function encodeGossip(message: GossipMessage): Uint8Array {
  const kind = KINDS.indexOf(message.kind);
  switch (message.kind) {
    case "push":
      return packr.pack([kind, message.entries.map(toRow), message.forward, message.greeting]);
    case "digest":
      return packr.pack([kind, message.digest.high, message.digest.low, ANSWERS.indexOf(message.answer)]);
    case "summary":
      return packr.pack([kind, packDigests(message.hashes)]);
    case "delta":
      return packr.pack([kind, message.entries.map(toRow), packDigests(message.wanted)]);
  }
}

/** Makes a node of what an entry says; may give one made before. */
export type NodeReader = (id: string, host: string, port: number) => UniqueNode;

/**
 * Reads what {@link encodeGossip} wrote.
 *
 * @param toNode throws if what it is given is no node
 * @throws Error if it is anything else
 */
export function decodeGossip(bytes: Uint8Array, toNode: NodeReader): GossipMessage {
  const fields: unknown = packr.unpack(bytes);
  if (!Array.isArray(fields)) throw new Error("a gossip message is an array");
  const kind = KINDS[fields[0] as number];
  switch (kind) {
    case "push":
      return { kind, entries: toEntries(fields[1], toNode), forward: fields[2] === true, greeting: fields[3] === true };
    case "digest": {
      const answer = ANSWERS[fields[3] as number];
      if (!isUint32(fields[1]) || !isUint32(fields[2]) || answer === undefined) throw new Error("not a digest");
      return { kind, digest: { high: fields[1], low: fields[2] }, answer };
    }
    case "summary":
      return { kind, hashes: unpackDigests(fields[1]) };
    case "delta":
      return { kind, entries: toEntries(fields[1], toNode), wanted: unpackDigests(fields[2]) };
    default:
      throw new Error(`no gossip message has the kind ${String(fields[0])}`);
  }
}

function toRow({ node, status, upNumber }: MembershipEntry): unknown[] {
  return [node.id, node.host, node.port, statusRank(status), upNumber];
}

function toEntries(rows: unknown, toNode: NodeReader): MembershipEntry[] {
  if (!Array.isArray(rows)) throw new Error("entries are an array");
  return rows.map((row: unknown) => {
    if (!Array.isArray(row)) throw new Error("an entry is an array");
    const [id, host, port, rank, upNumber] = row as [string, string, number, number, unknown];
    const status = MEMBER_STATUSES[rank];
    if (status === undefined || !isUint32(upNumber)) throw new Error("an entry has a status and a number");
    return { node: toNode(id, host, port), status, upNumber };
  });
}

function packDigests(digests: readonly Digest[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(digests.length * DIGEST_BYTES);
  let at = 0;
  for (const { high, low } of digests) {
    bytes.writeUInt32BE(high, at);
    bytes.writeUInt32BE(low, at + 4);
    at += DIGEST_BYTES;
  }
  return bytes;
}

function unpackDigests(value: unknown): Digest[] {
  if (!(value instanceof Uint8Array) || value.length % DIGEST_BYTES !== 0)
    throw new Error("digests are bytes, eight each");
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const digests: Digest[] = [];
  for (let at = 0; at < value.length; at += DIGEST_BYTES) {
    digests.push({ high: view.getUint32(at), low: view.getUint32(at + 4) });
  }
  return digests;
}

function isUint32(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
