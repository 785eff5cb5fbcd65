import { ActorError } from "../actor-error.js";
import type { ActorId } from "./actor-id.js";
import type { AnyActorRef, CallOptions } from "./actor-types.js";
import { OPTIONS, TARGET } from "./symbols.js";

/** Whom a reference calls: an actor here, or one on another node. */
export interface Target {
  readonly id: ActorId;
  call(method: string, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown>;
}

/** References to actors with certain methods. */
export interface RefShape {
  /** The names of the methods, sorted, with commas: what tells on other nodes which shape it is. */
  readonly key: string;
  make(target: Target, options?: CallOptions): AnyActorRef;
}

/** So many shapes are remembered: more come from other nodes only, and are made anew each time. */
const REMEMBERED = 1_000;

const shapes = new Map<string, RefShape>();

/** Common to all references: not to be told from plain objects by what they have. */
class Reference {
  readonly [TARGET]: Target;
  readonly [OPTIONS]: CallOptions | undefined;

  constructor(target: Target, options: CallOptions | undefined) {
    this[TARGET] = target;
    this[OPTIONS] = options;
  }

  toString(): string {
    return this[TARGET].id.toString();
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The shape with these methods. */
export function refShape(names: readonly string[]): RefShape {
  const key = names.join(",");
  const known = shapes.get(key);
  if (known !== undefined) return known;
  class ActorReference extends Reference {}
  for (const name of names) {
    const call = function (this: Reference, ...args: unknown[]): Promise<unknown> {
      return this[TARGET].call(name, args, this[OPTIONS]);
    };
    Object.defineProperty(ActorReference.prototype, name, { value: call });
  }
  const shape: RefShape = {
    key,
    make: (target, options) => new ActorReference(target, options) as unknown as AnyActorRef,
  };
  SHAPES_OF.set(ActorReference.prototype, shape);
  if (shapes.size < REMEMBERED) shapes.set(key, shape);
  return shape;
}

const SHAPES_OF = new WeakMap<object, RefShape>();

/** The base class of all references, for telling them from other objects when they are sent. */
export const REFERENCE: abstract new (...args: never[]) => object = Reference;

/** Whether a value is a reference to an actor, from whichever copy of this package. */
export function isActorRef(value: unknown): value is AnyActorRef {
  return typeof value === "object" && value !== null && TARGET in value;
}

/** Which actor a reference stands for. */
export function actorId(ref: AnyActorRef): ActorId {
  return targetOf(ref).id;
}

/** The same reference, whose calls have these options: `await withOptions(greeter, { timeoutMs: 200 }).greet("you")`. */
export function withOptions<Ref extends AnyActorRef>(ref: Ref, options: CallOptions): Ref {
  const { timeoutMs } = options;
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new ActorError(
      "INVALID_OPTION",
      `timeoutMs is ${timeoutMs}; it has to be a number of milliseconds, at least 0.`,
    );
  }
  return shapeOf(ref).make(targetOf(ref), options) as Ref;
}

/** @throws ActorError `INVALID_OPTION` if the value is no reference */
export function targetOf(ref: AnyActorRef): Target {
  if (isActorRef(ref)) return (ref as unknown as Reference)[TARGET];
  throw new ActorError("INVALID_OPTION", `${String(ref)} is not a reference to an actor.`);
}

export function shapeOf(ref: AnyActorRef): RefShape {
  const shape = SHAPES_OF.get(Object.getPrototypeOf(ref));
  if (shape === undefined) throw new ActorError("INVALID_OPTION", `${String(ref)} is not a reference to an actor.`);
  return shape;
}
