import {
  decodeHandshake,
  encodeHandshake,
  type HandshakeMessage,
  MAX_HANDSHAKE_FRAME_BYTES,
} from "../../../packages/cluster/src/handshake/handshake-message.js";
import { sealKeys } from "../../../packages/cluster/src/handshake/secret-seal.js";
import { SecretAnswering, SecretDialling } from "../../../packages/cluster/src/handshake/secret-session.js";
import { UniqueNode } from "../../../packages/cluster/src/node.js";
import type { Target } from "../lib/target.ts";

const protocol = { major: 1, minor: 2, patch: 3 };
const from = new UniqueNode("orders", "10.0.0.7", 7337, "0000000000000001");
const by = { nodeId: "0000000000000002", side: { lowest: new UniqueNode("orders", "::1", 1, from.id), members: 3 } };
const [OURS, THEIRS] = [sealKeys("a secret that nobody else knows"), sealKeys("another secret")];
const nonce = Buffer.alloc(32, 7);
const BINDING = undefined;
/** What may be believed of who has proven nothing. */
const IN_THE_OPEN = ["UNAUTHENTICATED", "CERTIFICATE_REFUSED"];

const OFFER: HandshakeMessage = { kind: "offer", protocol, from, targetId: undefined };
const MESSAGES: readonly HandshakeMessage[] = [
  OFFER,
  { kind: "offer", protocol, from, targetId: "0000000000000002" },
  { kind: "accept", protocol, from, existing: "begun" },
  { kind: "confirm", use: true },
  { kind: "reject", code: "WRONG_SYSTEM", reason: "no" },
  { kind: "reject", code: "TOMBSTONED", reason: "no", by },
];

/** Hands the bytes to both sides of a handshake that takes a secret. */
function believeNothing(bytes: Uint8Array): void {
  const dialling = new SecretDialling(OURS, BINDING, nonce);
  dialling.write(encodeHandshake(OFFER));
  for (const session of [dialling, new SecretAnswering([OURS], BINDING, nonce, () => true)]) {
    const message = session.read(bytes);
    if (message.kind === "unread" || (message.kind === "reject" && IN_THE_OPEN.includes(message.code))) continue;
    throw new Error(`Without the secret, ${message.kind} is believed.`);
  }
}

export const target: Target = {
  isJson: true,
  words: [
    "offer",
    "accept",
    "confirm",
    "reject",
    "TOMBSTONED",
    "1.0.0",
    "none",
    "open",
    "1e999",
    '"rollcall":',
    "sealed",
    "UNAUTHENTICATED",
  ],
  seeds: [...MESSAGES.map(encodeHandshake), new SecretDialling(THEIRS, BINDING, nonce).write(encodeHandshake(OFFER))],
  run(bytes) {
    believeNothing(bytes);
    const message = decodeHandshake(bytes);
    if (message === undefined) return "refused";
    if (bytes.length > MAX_HANDSHAKE_FRAME_BYTES) throw new Error("It is longer than a handshake may be.");
    const again = encodeHandshake(message);
    const reread = decodeHandshake(again);
    if (reread === undefined) throw new Error(`What was read cannot be said again: ${Buffer.from(again)}`);
    if (!Buffer.from(encodeHandshake(reread)).equals(again)) throw new Error("It reads differently the second time.");
    return message.kind;
  },
};
