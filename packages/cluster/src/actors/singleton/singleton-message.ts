import type { Legacy, SingletonMessage } from "./singleton-machine.js";

/** What is said about the singleton of that name, as a plain list. */
export function toWire(name: string, message: SingletonMessage): unknown[] {
  const { claim, generation, kind } = message;
  if (kind === "claim") return [name, 0, claim, generation, message.active, message.view];
  const { legacy } = message;
  const left = legacy === undefined ? [] : [legacy.generation, legacy.value];
  return [name, 1, claim, generation, ...left];
}

/** @throws Error if it is no message */
export function fromWire(wire: unknown): readonly [name: string, message: SingletonMessage] {
  if (!Array.isArray(wire)) throw new Error("what is said about a singleton is no list");
  const [name, kind, claim, generation, more, value] = wire as readonly unknown[];
  if (typeof name !== "string" || !isNumber(claim) || !isNumber(generation)) {
    throw new Error("what is said about a singleton lacks a name or a number");
  }
  if (kind === 0) return [name, { kind: "claim", claim, generation, active: more === true, view: String(value) }];
  if (kind !== 1) throw new Error(`something of the unknown kind ${String(kind)} is said about a singleton`);
  const legacy: Legacy | undefined = isNumber(more) ? { generation: more, value } : undefined;
  return [name, { kind: "grant", claim, generation, legacy }];
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
