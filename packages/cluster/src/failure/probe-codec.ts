import { type Ack, type Ping, SWIM_MESSAGE_KIND, type SwimMessage } from "@rollcall/swim";
import type { Digest } from "../membership/digest.js";

/** What the frames begin with; all others that members exchange are JSON, and begin with a bracket. */
const PING = 1;
const ACK = 2;
const PING_BYTES = 22;
const ACK_BYTES = 9;
const NOTHING = Object.freeze([]);

/** Whether that is all the message says: nothing about third parties. */
export function isProbe(message: SwimMessage): message is Ping | Ack {
  if (message[0] === SWIM_MESSAGE_KIND.ping) return message[5].length === 0;
  return message[0] === SWIM_MESSAGE_KIND.ack && message[3].length === 0;
}

/**
 * A ping or an ack without news, which is all that is sent at rest, in a fixed number of bytes: reading and writing JSON
 * would be a quarter of what that costs. With a ping goes what the sender holds of the membership, so that comparing it
 * takes no messages of its own.
 *
 * All numbers are big-endian: kind (1 byte), sequence (4), incarnation (4), and for a ping the believed incarnation (4),
 * the believed status (1) and the digest (8).
 */
export function encodeProbe(message: Ping | Ack, digest: Digest): Uint8Array {
  const isPing = message[0] === SWIM_MESSAGE_KIND.ping;
  const bytes = new DataView(new ArrayBuffer(isPing ? PING_BYTES : ACK_BYTES));
  bytes.setUint8(0, isPing ? PING : ACK);
  bytes.setUint32(1, message[1]);
  bytes.setUint32(5, message[2]);
  if (isPing) {
    bytes.setUint32(9, message[3]);
    bytes.setUint8(13, message[4]);
    bytes.setInt32(14, digest.high);
    bytes.setInt32(18, digest.low);
  }
  return new Uint8Array(bytes.buffer);
}

/** Whether a frame is one that {@link encodeProbe} wrote. */
export function isProbeFrame(frame: Uint8Array): boolean {
  return frame[0] === PING || frame[0] === ACK;
}

export interface Probe {
  /** Of the form of one; the detector has to look at the values. */
  readonly message: readonly unknown[];
  /** What the sender of a ping holds. */
  readonly digest: Digest | undefined;
}

/** @throws Error if there are too few bytes; what later versions may add at the end is ignored */
export function decodeProbe(frame: Uint8Array): Probe {
  const isPing = frame[0] === PING;
  if (frame.length < (isPing ? PING_BYTES : ACK_BYTES)) throw new Error("a ping or an ack that is cut off");
  const bytes = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const sequence = bytes.getUint32(1);
  const incarnation = bytes.getUint32(5);
  if (!isPing) return { message: [SWIM_MESSAGE_KIND.ack, sequence, incarnation, NOTHING], digest: undefined };
  return {
    message: [SWIM_MESSAGE_KIND.ping, sequence, incarnation, bytes.getUint32(9), bytes.getUint8(13), NOTHING],
    digest: { high: bytes.getInt32(14), low: bytes.getInt32(18) },
  };
}
