import { decodeGossip, encodeGossip } from "../../../packages/cluster/src/gossip/gossip-codec.js";
import type { ClusterMessage } from "../../../packages/cluster/src/gossip/gossip-message.js";
import { UniqueNode } from "../../../packages/cluster/src/node.js";
import type { Target } from "../lib/target.ts";

const toNode = (id: string, host: string, port: number) => new UniqueNode("orders", host, port, id);
const node = toNode("0000000000000001", "10.0.0.7", 7337);
const entries = [
  { node, status: "up" as const, upNumber: 1 },
  { node: toNode("00000000000000ff", "fd00::1", 1), status: "removed" as const, upNumber: 0 },
];
const digest = { high: -1, low: 0x1234 };
const MESSAGES: readonly ClusterMessage[] = [
  { kind: "push", entries, forward: true, greeting: false },
  { kind: "digest", digest, answer: "different" },
  { kind: "summary", hashes: [digest, digest] },
  { kind: "delta", entries, wanted: [digest] },
  { kind: "ballot", number: 3 },
  { kind: "vote", number: 3, granted: true, earlier: [node.id], lastUpNumber: 0 },
];

export const target: Target = {
  isJson: true,
  words: ["0123456789abcdef", "0000000000000002", "node.example", "1e999", "-0", "[0,[[", "]]"],
  seeds: MESSAGES.map(encodeGossip),
  run(bytes) {
    let message: ClusterMessage;
    try {
      message = decodeGossip(bytes, toNode);
    } catch {
      return "refused";
    }
    const again = encodeGossip(message);
    if (!Buffer.from(encodeGossip(decodeGossip(again, toNode))).equals(again)) {
      throw new Error("It reads differently the second time.");
    }
    return message.kind;
  },
};
