/**
 * The messages of etcd's API, version 3, that are used here, with the numbers of their fields. See
 * https://etcd.io/docs/latest/dev-guide/api_reference_v3/.
 */
import { decodeMessage, encodeMessage, type FieldValue } from "../grpc/protobuf.js";

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface RangeAnswer {
  /** Of the whole store, when it was read. */
  readonly revision: number;
  readonly pairs: readonly KeyValue[];
}

export interface WatchAnswer {
  readonly created: boolean;
  readonly canceled: boolean;
  /** Above 0 when what was to be watched from is gone. */
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** A key whose value is undefined has been deleted. */
  readonly events: readonly { readonly key: string; readonly value: string | undefined }[];
}

export interface LeaseAnswer {
  readonly id: number;
  /** In seconds; 0 for a lease that is no more. */
  readonly ttl: number;
}

/** The end of the range of all keys that begin with a text. */
export function prefixEnd(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  // The last byte is that of "/", so it can be raised.
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

export const encodeRange = (prefix: string) => encodeMessage([1, prefix], [2, prefixEnd(prefix)]);
export const encodePut = (key: string, value: string, lease: number) => encodeMessage([1, key], [2, value], [3, lease]);
export const encodeGrant = (id: number, ttl: number) => encodeMessage([1, ttl], [2, id]);
export const encodeLease = (id: number) => encodeMessage([1, id]);
export const encodeAuthenticate = (name: string, password: string) => encodeMessage([1, name], [2, password]);
export const encodeProgressRequest = () => encodeMessage([3, encodeMessage()]);

/** @param end of the range; undefined for the one key */
export function encodeWatch(key: string, end: Buffer | undefined, startRevision: number): Buffer {
  return encodeMessage([1, encodeMessage([1, key], [2, end], [3, startRevision])]);
}

export function decodeRange(bytes: Uint8Array): RangeAnswer {
  let revision = 0;
  const pairs: KeyValue[] = [];
  for (const [number, value] of decodeMessage(bytes)) {
    if (number === 1) revision = decodeRevision(value);
    else if (number === 2) pairs.push(decodePair(value));
  }
  return { revision, pairs };
}

/** The revision of the answer to a put. */
export function decodeHeader(bytes: Uint8Array): number {
  for (const [number, value] of decodeMessage(bytes)) if (number === 1) return decodeRevision(value);
  return 0;
}

export function decodeWatch(bytes: Uint8Array): WatchAnswer {
  const answer = { created: false, canceled: false, compactRevision: 0, cancelReason: "" };
  const events: { key: string; value: string | undefined }[] = [];
  for (const [number, value] of decodeMessage(bytes)) {
    if (number === 3) answer.created = value === 1;
    else if (number === 4) answer.canceled = value === 1;
    else if (number === 5) answer.compactRevision = Number(value);
    else if (number === 6) answer.cancelReason = text(value);
    else if (number === 11) events.push(decodeEvent(value));
  }
  return { ...answer, events };
}

export function decodeLease(bytes: Uint8Array): LeaseAnswer {
  let [id, ttl] = [0, 0];
  for (const [number, value] of decodeMessage(bytes)) {
    if (number === 2) id = Number(value);
    else if (number === 3) ttl = Number(value);
  }
  return { id, ttl };
}

export function decodeToken(bytes: Uint8Array): string {
  for (const [number, value] of decodeMessage(bytes)) if (number === 2) return text(value);
  return "";
}

function decodeEvent(bytes: FieldValue) {
  let isDeletion = false;
  let pair: KeyValue = { key: "", value: "" };
  for (const [number, value] of decodeMessage(message(bytes))) {
    if (number === 1) isDeletion = value === 1;
    else if (number === 2) pair = decodePair(value);
  }
  return { key: pair.key, value: isDeletion ? undefined : pair.value };
}

function decodePair(bytes: FieldValue): KeyValue {
  let [key, content] = ["", ""];
  for (const [number, value] of decodeMessage(message(bytes))) {
    if (number === 1) key = text(value);
    else if (number === 5) content = text(value);
  }
  return { key, value: content };
}

function decodeRevision(header: FieldValue): number {
  for (const [number, value] of decodeMessage(message(header))) if (number === 3) return Number(value);
  return 0;
}

function message(value: FieldValue): Uint8Array {
  if (typeof value === "number") throw new RangeError("a number is where a message should be");
  return value;
}

function text(value: FieldValue): string {
  return Buffer.from(message(value)).toString();
}
