import type { Digest } from "../membership/digest.js";
import { MEMBER_STATUSES, statusRank } from "../membership/member.js";
import type { MembershipEntry } from "../membership/membership-entry.js";
import type { UniqueNode } from "../node.js";
import type { ClusterMessage } from "./gossip-message.js";

const KINDS = Object.freeze(["push", "digest", "summary", "delta", "ballot", "vote"] as const);
const ANSWERS = Object.freeze(["no", "different", "always"] as const);
/** Hexadecimal digits of a digest, and of each of its halves. */
const DIGITS = 16;
const HALF = DIGITS / 2;

/**
 * A message about the cluster as bytes: a JSON array, its first element the kind. JSON because a node that starts reads its first
 * messages with code that has never run, and that of JSON comes compiled; see docs/decisions/0008-gossip-in-json.md.
 */
export function encodeGossip(message: ClusterMessage): Uint8Array {
  return Buffer.from(JSON.stringify([KINDS.indexOf(message.kind), ...toFields(message)]));
}

/** Makes a node of what an entry says; may give one made before. */
export type NodeReader = (id: string, host: string, port: number) => UniqueNode;

/**
 * Reads what {@link encodeGossip} wrote.
 *
 * @param toNode throws if what it is given is no node
 * @throws Error if it is anything else
 */
export function decodeGossip(bytes: Uint8Array, toNode: NodeReader): ClusterMessage {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const fields: unknown = JSON.parse(text);
  if (!Array.isArray(fields)) throw new Error("a gossip message is an array");
  const kind = at(KINDS, fields[0]);
  switch (kind) {
    case "push":
      return { kind, entries: toEntries(fields[1], toNode), forward: fields[2] === 1, greeting: fields[3] === 1 };
    case "digest": {
      const [digest, ...others] = toDigests(fields[1]);
      const answer = at(ANSWERS, fields[2]);
      if (digest === undefined || others.length > 0 || answer === undefined) throw new Error("not a digest");
      return { kind, digest, answer };
    }
    case "summary":
      return { kind, hashes: toDigests(fields[1]) };
    case "delta":
      return { kind, entries: toEntries(fields[1], toNode), wanted: toDigests(fields[2]) };
    case "ballot":
      return { kind, number: toNumber(fields[1]) };
    case "vote": {
      const earlier = toIds(fields[3]);
      return {
        kind,
        number: toNumber(fields[1]),
        granted: fields[2] === 1,
        earlier,
        lastUpNumber: toNumber(fields[4]),
      };
    }
    default:
      throw new Error(`no gossip message has the kind ${String(fields[0])}`);
  }
}

function toFields(message: ClusterMessage): unknown[] {
  switch (message.kind) {
    case "push":
      return [message.entries.map(toRow), Number(message.forward), Number(message.greeting)];
    case "digest":
      return [toText([message.digest]), ANSWERS.indexOf(message.answer)];
    case "summary":
      return [toText(message.hashes)];
    case "delta":
      return [message.entries.map(toRow), toText(message.wanted)];
    case "ballot":
      return [message.number];
    case "vote":
      return [message.number, Number(message.granted), message.earlier, message.lastUpNumber];
  }
}

function toRow({ node, status, upNumber }: MembershipEntry): unknown[] {
  return [node.id, node.host, node.port, statusRank(status), upNumber];
}

function toEntries(rows: unknown, toNode: NodeReader): MembershipEntry[] {
  if (!Array.isArray(rows)) throw new Error("entries are an array");
  return rows.map((row: unknown) => {
    if (!Array.isArray(row)) throw new Error("an entry is an array");
    const [id, host, port, rank, upNumber] = row as [string, string, number, unknown, unknown];
    const status = at(MEMBER_STATUSES, rank);
    if (status === undefined || !isUint32(upNumber)) throw new Error("an entry has a status and a number");
    return { node: toNode(id, host, port), status, upNumber };
  });
}

/** Sixteen hexadecimal digits each, one after the other. */
function toText(digests: readonly Digest[]): string {
  let text = "";
  for (const { high, low } of digests) text += hex(high) + hex(low);
  return text;
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(HALF, "0");
}

function toDigests(text: unknown): Digest[] {
  if (typeof text !== "string" || text.length % DIGITS !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new Error("digests are sixteen hexadecimal digits each");
  }
  const digests: Digest[] = [];
  for (let from = 0; from < text.length; from += DIGITS) {
    const half = (begin: number) => Number.parseInt(text.slice(begin, begin + HALF), 16) | 0;
    digests.push({ high: half(from), low: half(from + HALF) });
  }
  return digests;
}

function toIds(ids: unknown): string[] {
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === "string")) throw new Error("node ids are texts");
  return ids;
}

function toNumber(value: unknown): number {
  if (!isUint32(value)) throw new Error("a number is whole, and not negative");
  return value;
}

/** What stands there in a list, if that is a place: a text could name what every array has. */
function at<T>(list: readonly T[], place: unknown): T | undefined {
  return typeof place === "number" ? list[place] : undefined;
}

function isUint32(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}
