import { isHost, isPort, type ServiceInstance } from "@rollcall/core";

/** The version that every message says. Fields may be added under it; it changes when an old reader would go wrong. */
const VERSION = 1;

/** No message is longer, in bytes: what others may make us keep is bounded. */
export const MAX_MESSAGE_BYTES = 8192;

/** The longest time to live, in milliseconds: nothing stays listed for longer without a word. */
export const MAX_TTL_MS = 86_400_000;

/** What an announcement says of itself. */
export interface Lease {
  /** Names one announcement. An instance that is announced again has another, so that nothing late revives the old. */
  readonly lease: string;
  readonly instance: ServiceInstance;
  /** Milliseconds for which it holds after it was last heard of. */
  readonly ttlMs: number;
}

export function encodeQuestion(): string {
  return JSON.stringify({ v: VERSION });
}

export function encodeAlive({ lease, ttlMs, instance }: Lease): string {
  const { host, port, id, metadata } = instance;
  return JSON.stringify({ v: VERSION, lease, ttlMs, host, port, id, meta: metadata });
}

export function encodeBye(lease: string): string {
  return JSON.stringify({ v: VERSION, lease });
}

/** @throws Error that says what is wrong with it */
export function decodeAlive(data: Uint8Array): Lease {
  const { lease, ttlMs, host, port, id, meta = {} } = decode(data);
  const need = (holds: boolean, field: string, what: string) => {
    if (!holds) throw new Error(`its ${field} is not ${what}`);
  };
  need(isText(lease), "lease", "a text");
  need(typeof ttlMs === "number" && ttlMs > 0 && ttlMs <= MAX_TTL_MS, "ttlMs", `a number from 1 to ${MAX_TTL_MS}`);
  need(isText(host) && isHost(host), "host", "a name or an IP address");
  need(isPort(port), "port", "a number from 1 to 65535");
  need(id === undefined || isText(id), "id", "a text");
  need(isObject(meta) && Object.values(meta).every((value) => typeof value === "string"), "meta", "an object of texts");
  return {
    lease: lease as string,
    ttlMs: ttlMs as number,
    instance: {
      host: host as string,
      port: port as number,
      ...(id === undefined ? {} : { id: id as string }),
      ...(Object.keys(meta as object).length === 0 ? {} : { metadata: meta as Record<string, string> }),
    },
  };
}

/** The lease that is given up. @throws Error that says what is wrong with the message */
export function decodeBye(data: Uint8Array): string {
  const { lease } = decode(data);
  if (!isText(lease)) throw new Error("its lease is not a text");
  return lease;
}

function decode(data: Uint8Array): Record<string, unknown> {
  if (data.length > MAX_MESSAGE_BYTES) throw new Error(`it has ${data.length} bytes, more than ${MAX_MESSAGE_BYTES}`);
  const message: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  if (!isObject(message)) throw new Error("it is not an object");
  if (message.v !== VERSION) {
    throw new Error(`it is of version ${JSON.stringify(message.v)}, and this node reads version ${VERSION}`);
  }
  return message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
