import type { AnyActorRef } from "../declaring/actor-types.js";
import { shapeOf } from "../declaring/ref-shape.js";
import type { WireType } from "./wire-type.js";

/** What values mean to one system while they are written and read. */
export interface WireContext {
  readonly types: WireTypes;
  /** @throws ActorError `INVALID_ID` */
  readonly toRef: (id: string, shapeKey: string) => AnyActorRef;
}

/** The types registered in one system. */
export class WireTypes {
  readonly #byName = new Map<string, WireType>();
  readonly #byClass = new Map<unknown, WireType>();

  constructor(types: readonly WireType[]) {
    for (const type of types) {
      this.#byName.set(type.name, type);
      this.#byClass.set(type.class, type);
    }
  }

  named(name: string): WireType | undefined {
    return this.#byName.get(name);
  }

  /** The type of an object: that of its class, or of the nearest class above that has one. */
  of(value: object): WireType | undefined {
    for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
      const type = this.#byClass.get(at.constructor);
      if (type !== undefined) return type;
    }
    return undefined;
  }
}

/** An object of a registered type, as it is sent; of one that only another system of this process has, a plain object. */
export function toWire(value: object, { types }: WireContext): [name: string | null, wire: unknown] {
  const type = types.of(value);
  return type === undefined ? [null, { ...value }] : [type.name, type.encode(value)];
}

export function fromWire(data: unknown, { types }: WireContext): unknown {
  if (Array.isArray(data) && data[0] === null) return data[1];
  const [name, wire] = pair(data);
  const type = types.named(name);
  if (type === undefined) throw new Error(`the type ${JSON.stringify(name)} is not among settings.actors.types here`);
  return type.decode(wire);
}

/** A reference, as it is sent. */
export function refToWire(ref: object): [id: string, shapeKey: string] {
  return [String(ref), shapeOf(ref as AnyActorRef).key];
}

export function refFromWire(data: unknown, { toRef }: WireContext): AnyActorRef {
  const [id, shapeKey] = pair(data);
  if (!isShapeKey(shapeKey)) {
    throw new Error("a reference names its methods");
  }
  return toRef(id, shapeKey);
}

/** Whether a text may say which methods a reference has. */
export function isShapeKey(text: unknown): text is string {
  return typeof text === "string" && /^[\w$]{1,256}(,[\w$]{1,256}){0,255}$/.test(text);
}

function pair(data: unknown): [string, unknown] {
  if (Array.isArray(data) && typeof data[0] === "string") return data as [string, unknown];
  throw new Error("a name and a value were expected");
}
