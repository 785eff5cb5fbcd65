import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { setTimeout as pause } from "node:timers/promises";

/** A record to add, or to remove. */
export type Update = { readonly name: string; readonly remove?: boolean } & (
  | { readonly service: { readonly port: number; readonly target: string } }
  /** IPv4. */
  | { readonly address: string }
);

export interface Zone {
  /** The address of its name server. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
}

const OPCODE_UPDATE = 5 << 11;
const TYPES = Object.freeze({ A: 1, SOA: 6, SRV: 33 });
const CLASSES = Object.freeze({ IN: 1, NONE: 254 });
const TTL_SECONDS = 1;
const ASK_AGAIN_MS = 500;

/**
 * Changes a zone (RFC 2136), all at once. Asks again until the server has answered, which does no harm.
 *
 * @throws Error when the server refuses, or the signal's reason
 */
export async function updateZone(zone: Zone, updates: readonly Update[], signal: AbortSignal): Promise<void> {
  const id = randomInt(0x1_0000);
  const message = encodeUpdate(id, zone.name, updates);
  const socket = createSocket("udp4");
  const over = new AbortController();
  try {
    const code = await new Promise<number>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { signal: over.signal });
      if (signal.aborted) reject(signal.reason);
      socket.on("error", reject);
      socket.on("message", (bytes) => {
        if (bytes.length >= 12 && bytes.readUInt16BE() === id) resolve(bytes.readUInt8(3) & 0xf);
      });
      socket.connect(zone.port, zone.host, async () => {
        while (!over.signal.aborted) {
          socket.send(message);
          await pause(ASK_AGAIN_MS, undefined, { signal: over.signal }).catch(() => {});
        }
      });
    });
    if (code === 0) return;
    const advice = "it has to have that zone, and to allow this machine to update it";
    throw new Error(`${zone.host}:${zone.port} does not update ${zone.name} (code ${code}); ${advice}.`);
  } finally {
    over.abort();
    socket.close();
  }
}

function encodeUpdate(id: number, zone: string, updates: readonly Update[]): Buffer {
  const header = [id, OPCODE_UPDATE, 1, 0, updates.length, 0].map(twoBytes);
  return Buffer.concat([
    ...header,
    encodeName(zone),
    ...[TYPES.SOA, CLASSES.IN].map(twoBytes),
    ...updates.map(encodeRecord),
  ]);
}

function encodeRecord(update: Update): Buffer {
  const isService = "service" in update;
  const data = isService ? encodeService(update.service) : Buffer.from(update.address.split(".").map(Number));
  const type = isService ? TYPES.SRV : TYPES.A;
  const fixed = update.remove ? [type, CLASSES.NONE, 0, 0] : [type, CLASSES.IN, 0, TTL_SECONDS];
  return Buffer.concat([encodeName(update.name), ...[...fixed, data.length].map(twoBytes), data]);
}

function encodeService({ port, target }: { readonly port: number; readonly target: string }): Buffer {
  return Buffer.concat([...[0, 0, port].map(twoBytes), encodeName(target)]);
}

function encodeName(name: string): Buffer {
  const labels = name.split(".").map((label) => Buffer.from(label));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
}

function twoBytes(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
