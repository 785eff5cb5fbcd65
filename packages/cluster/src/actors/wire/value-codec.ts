import { addExtension, Packr, Unpackr } from "msgpackr";
import { ActorError } from "../actor-error.js";
import { REFERENCE } from "../declaring/ref-shape.js";
import { fromWire, refFromWire, refToWire, toWire, type WireContext } from "./wire-context.js";

/** Of msgpackr's extension types those that nothing else uses: references and registered types. */
const REFERENCE_TYPE = 0x52;
const REGISTERED_TYPE = 0x57;

/** Into a buffer that is used again, without keeping a place in it: what is packed has to be copied at once. */
const REUSE_AND_RESET = 512 | 1024;

/** So many shapes of objects are learned by the other side; objects of further ones bring their keys along each time. */
const SHAPES = 1_024;

/** Extensions are msgpackr's, and so the whole process's: whose message is being written or read is told here. */
let current: WireContext | undefined;

const extended = new WeakSet<object>();

const readRegistered = (data: unknown) => (current === undefined ? data : fromWire(data, current));

addExtension({ type: REGISTERED_TYPE, read: readRegistered });

/** Has objects of a class written by the wire type of the system that writes them. */
export function extendTo(registered: abstract new (...args: never[]) => object): void {
  if (extended.has(registered)) return;
  extended.add(registered);
  addExtension({
    Class: registered,
    type: REGISTERED_TYPE,
    // A program that uses msgpackr itself gets there what it would get without us.
    write: (value: object) => (current === undefined ? { ...value } : toWire(value, current)),
    read: readRegistered,
  });
}

addExtension({
  Class: REFERENCE,
  type: REFERENCE_TYPE,
  write: refToWire,
  read: (data: unknown) => (current === undefined ? data : refFromWire(data, current)),
});

/** Has objects of a class refused when they are to be sent. */
export function refuse(refused: abstract new (...args: never[]) => object, why: string): void {
  const write = () => {
    throw new Error(why);
  };
  addExtension({ Class: refused, type: REGISTERED_TYPE, write, read: readRegistered });
}

/** Where packed bytes are, until the next value is packed. */
export interface Packed {
  bytes: Buffer;
  start: number;
  end: number;
}

/**
 * Writes values for one other node. The keys of objects are learned by that node once: {@link takeShapes} gives those
 * that have come up, which have to be sent ahead of the value in which they did.
 */
export class ValueWriter {
  readonly #packr: Packr;
  readonly #context: WireContext;
  readonly #packed: Packed = { bytes: Buffer.alloc(0), start: 0, end: 0 };
  readonly #maxBytes: number;
  #shapes: (readonly string[])[] = [];
  #known = 0;

  /** @param maxBytes that the keys in one value may take */
  constructor(context: WireContext, maxBytes: number) {
    this.#context = context;
    this.#maxBytes = maxBytes;
    this.#packr = new Packr({
      structures: [],
      maxSharedStructures: SHAPES,
      saveStructures: (structures) => this.#learn(structures as string[][]),
      moreTypes: true,
      writeFunction: () => {
        throw new Error("a function cannot be sent");
      },
    });
  }

  /** @throws Error if a value cannot be sent */
  pack(value: unknown): Packed {
    const before = current;
    current = this.#context;
    try {
      const bytes = this.#packr.pack(value, REUSE_AND_RESET) as Buffer & { start?: number; end?: number };
      const packed = this.#packed;
      packed.bytes = bytes;
      // With new shapes it gives just the part that was written.
      packed.start = bytes.start ?? 0;
      packed.end = bytes.start === undefined ? bytes.length : (bytes.end as number);
      return packed;
    } finally {
      current = before;
    }
  }

  /** The shapes that have come up since the last time, if any. */
  takeShapes(): readonly (readonly string[])[] | undefined {
    if (this.#shapes.length === 0) return undefined;
    const shapes = this.#shapes;
    this.#shapes = [];
    return shapes;
  }

  #learn(structures: readonly string[][]): void {
    const fresh = structures.slice(this.#known);
    if (fresh.some((keys) => keys.includes("__proto__"))) throw new Error("an object has a key called __proto__");
    let bytes = 0;
    for (const keys of fresh) for (const key of keys) bytes += Buffer.byteLength(key) + 4;
    // Whatever is thrown from here, msgpackr forgets them again.
    if (bytes > this.#maxBytes) throw tooLarge(bytes, this.#maxBytes);
    this.#known = structures.length;
    this.#shapes.push(...fresh);
  }
}

/** What msgpackr keeps of the shape of objects: their keys, with fields of its own. */
type Structure = string[] & { isShared?: boolean; highByte?: number; read?: () => unknown };

/** Reads what a {@link ValueWriter} of another node wrote. */
export class ValueReader {
  readonly #context: WireContext;
  readonly #maxDepth: number;
  readonly #structures: Structure[] & { sharedLength?: number } = [];
  readonly #unpackr: Unpackr;
  readonly #range = { start: 0, end: 0 };

  constructor(context: WireContext, maxDepth: number) {
    this.#context = context;
    this.#maxDepth = maxDepth;
    this.#unpackr = new Unpackr({
      structures: this.#structures,
      moreTypes: true,
      // A view would keep everything that was read together with it.
      copyBuffers: true,
      // No references within a value: they can make cycles.
      structuredClone: false,
    });
  }

  /** @throws Error if these are no shapes, or more than there can be */
  learn(shapes: unknown): void {
    if (!Array.isArray(shapes) || this.#structures.length + shapes.length > SHAPES) throw new Error("not shapes");
    for (const keys of shapes as Structure[]) {
      if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) throw new Error("not a shape");
      const index = this.#structures.length;
      keys.isShared = true;
      keys.highByte = index < 32 ? -1 : (index - 32) >> 5;
      if (keys.includes("__proto__")) keys.read = refuseProto;
      this.#structures.push(keys);
      this.#structures.sharedLength = index + 1;
    }
  }

  /** @throws Error if the bytes are no value, or one that is nested too deeply */
  unpack(bytes: Uint8Array, start: number, end: number): unknown {
    const before = current;
    current = this.#context;
    this.#range.start = start;
    this.#range.end = end;
    try {
      const value: unknown = this.#unpackr.unpack(bytes, this.#range);
      // Each level takes a byte at least.
      if (end - start > this.#maxDepth) checkDepth(value, this.#maxDepth);
      return value;
    } finally {
      current = before;
    }
  }
}

export function tooLarge(bytes: number, allowed: number): ActorError {
  return new ActorError("TOO_LARGE", `It takes ${bytes} bytes; settings.actors.maxMessageBytes allows ${allowed}.`);
}

function refuseProto(): never {
  throw new Error("an object has a key called __proto__");
}

/** @throws Error if a value is nested more deeply than that */
function checkDepth(value: unknown, levels: number): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  if (levels === 0) throw new Error("it is nested too deeply");
  if (value instanceof Map) {
    for (const [key, entry] of value) {
      checkDepth(key, levels - 1);
      checkDepth(entry, levels - 1);
    }
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const entry of value) checkDepth(entry, levels - 1);
  } else if (value instanceof Error) {
    checkDepth(value.cause, levels - 1);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const entry of Object.values(value)) checkDepth(entry, levels - 1);
  }
}
