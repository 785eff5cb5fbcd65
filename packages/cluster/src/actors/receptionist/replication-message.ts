import type { Digest } from "../../membership/digest.js";
import { isActorName } from "../declaring/actor-id.js";
import { isShapeKey } from "../wire/wire-context.js";
import type { KnownLog } from "./directory.js";
import type { LogPart, Progress, Registration, Removal } from "./registration-log.js";

/** What receptionists say to each other. */
export type ReplicationMessage =
  /** "This is a fingerprint of what I know." */
  | { readonly kind: "digest"; readonly digest: Digest }
  /** "So much I know of these logs"; of all that there are, if `complete`. */
  | { readonly kind: "offer"; readonly logs: readonly KnownLog[]; readonly complete: boolean }
  /** "So much I know of these logs: tell me what comes next." Says also that what came before has arrived. */
  | { readonly kind: "pull"; readonly logs: readonly KnownLog[] }
  /** What comes next in some logs: the answer to a pull, or news. */
  | { readonly kind: "parts"; readonly answers: boolean; readonly parts: readonly KnownPart[] };

export type KnownPart = readonly [origin: string, part: LogPart];

const KINDS = Object.freeze(["digest", "offer", "pull", "parts"] as const);

/** A message as plain lists, which are the shortest on the wire. */
export function toWire(message: ReplicationMessage): unknown[] {
  const kind = KINDS.indexOf(message.kind);
  switch (message.kind) {
    case "digest":
      return [kind, message.digest.high, message.digest.low];
    case "offer":
      return [kind, message.complete, ...message.logs.map(wireLog)];
    case "pull":
      return [kind, ...message.logs.map(wireLog)];
    case "parts":
      return [kind, message.answers, ...message.parts.map(([origin, part]) => [origin, ...wirePart(part)])];
  }
}

/** @throws Error if it is no message */
export function fromWire(wire: unknown): ReplicationMessage {
  const [kind, ...rest] = list(wire);
  switch (KINDS[kind as number]) {
    case "digest":
      return { kind: "digest", digest: { high: integer(rest[0]), low: integer(rest[1]) } };
    case "offer":
      return { kind: "offer", complete: rest[0] === true, logs: rest.slice(1).map(readLog) };
    case "pull":
      return { kind: "pull", logs: rest.map(readLog) };
    case "parts":
      return { kind: "parts", answers: rest[0] === true, parts: rest.slice(1).map(readPart) };
    default:
      throw new Error(`a receptionist says something of the unknown kind ${String(kind)}`);
  }
}

function wireLog([origin, { added, removed }]: KnownLog): unknown[] {
  return [origin, added, removed];
}

function wirePart({ after, upTo, known, registrations, removals }: LogPart): unknown[] {
  const steps = [after, upTo, known].flatMap(({ added, removed }) => [added, removed]);
  const entries = registrations.map(({ number, key, actor, shape }) => [number, key, actor, shape]);
  return [steps, entries, removals];
}

function readLog(wire: unknown): KnownLog {
  const [origin, added, removed] = list(wire);
  return [text(origin), progress(added, removed)];
}

function readPart(wire: unknown): KnownPart {
  const [origin, steps, registrations, removals] = list(wire);
  const [a, b, c, d, e, f] = list(steps);
  const part: LogPart = {
    after: progress(a, b),
    upTo: progress(c, d),
    known: progress(e, f),
    registrations: list(registrations).map(readRegistration),
    removals: list(removals).map(readRemoval),
  };
  return [text(origin), part];
}

function readRegistration(wire: unknown): Registration {
  const [number, key, actor, shape] = list(wire);
  if (isActorName(actor) && isShapeKey(shape)) return { number: step(number), key: text(key), actor, shape };
  throw new Error(`a receptionist says something else where an actor was expected`);
}

function readRemoval(wire: unknown): Removal {
  const [at, number] = list(wire);
  return [step(at), step(number)];
}

function progress(added: unknown, removed: unknown): Progress {
  return { added: step(added), removed: step(removed) };
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`a receptionist says something else where a list was expected`);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error(`a receptionist says something else where a text was expected`);
}

function integer(value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new Error(`a receptionist says something else where a number was expected`);
}

function step(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new Error(`a receptionist says something else where a step was expected`);
}
