import type { SwimMessage } from "@rollcall/swim";

/** What a message of the detector begins with; gossip begins with a number. */
const MARK = "swim";
const QUOTE = 0x22;

/** A message of the failure detector as bytes: a JSON array, like all that members say to each other. */
export function encodeDetectorMessage(message: SwimMessage): Uint8Array {
  return Buffer.from(JSON.stringify([MARK, ...message]));
}

/** Whether a frame is for the failure detector. */
export function isDetectorMessage(frame: Uint8Array): boolean {
  return frame[1] === QUOTE;
}

/**
 * Reads what {@link encodeDetectorMessage} wrote, as far as this: whether it is a message the detector has to see.
 *
 * @throws Error if it is anything else
 */
export function decodeDetectorMessage(frame: Uint8Array): unknown[] {
  const fields: unknown = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString());
  if (!Array.isArray(fields) || fields[0] !== MARK) throw new Error("not a message of the failure detector");
  return fields.slice(1);
}
