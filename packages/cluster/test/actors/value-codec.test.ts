import fc from "fast-check";
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { extendTo, ValueReader, ValueWriter } from "../../src/actors/wire/value-codec.js";
import { type WireContext, WireTypes } from "../../src/actors/wire/wire-context.js";
import { type WireType, wireType } from "../../src/actors/wire/wire-type.js";

class Money {
  readonly cents: bigint;

  constructor(cents: bigint) {
    this.cents = cents;
  }
}

const MONEY = wireType({
  name: "money",
  class: Money,
  encode: ({ cents }) => ({ cents }),
  decode: ({ cents }) => {
    if (typeof cents !== "bigint") throw new Error("money is counted in cents");
    return new Money(cents);
  },
});

function contextWith(...types: WireType[]): WireContext {
  return {
    types: new WireTypes(types),
    toRef: () => {
      throw new Error("there are no references here");
    },
  };
}

/** A writer and the reader of another node, between which every shape is passed on. */
function wire(options: { types?: WireType[]; typesThere?: WireType[]; maxDepth?: number } = {}) {
  const { types = [], typesThere = types, maxDepth = 256 } = options;
  for (const type of types) extendTo(type.class);
  const writer = new ValueWriter(contextWith(...types), 1_000_000);
  const reader = new ValueReader(contextWith(...typesThere), maxDepth);
  return {
    writer,
    reader,
    across(value: unknown): unknown {
      const { bytes, start, end } = writer.pack(value);
      const copy = Buffer.from(bytes.subarray(start, end));
      const shapes = writer.takeShapes();
      if (shapes !== undefined) reader.learn(JSON.parse(JSON.stringify(shapes)));
      return reader.unpack(copy, 0, copy.length);
    },
  };
}

describe("a value that is sent", () => {
  it.each([
    ["null", null],
    ["undefined", undefined],
    ["true", true],
    ["a number", 1.5],
    ["a negative number", -70_000],
    ["not a number", Number.NaN],
    ["a text", "Grüße, 世界 🎉"],
    ["a long text", "x".repeat(100_000)],
    ["a small bigint", 7n],
    ["a large bigint", 2n ** 200n],
    ["a negative bigint", -(2n ** 70n)],
    ["a date", new Date(1_700_000_000_123)],
    ["a date before 1970", new Date(-1)],
    ["a list", [1, [2, [3]]]],
    ["an object", { a: { b: { c: 1 } }, "with space": 2, constructor: 3, toString: "no function" }],
    ["an object without keys", {}],
    ["an object with undefined", { a: undefined }],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", 1],
        [{ key: 1 }, new Map()],
      ]),
    ],
    ["a set", new Set([1, "2", new Set([3])])],
    ["a regular expression", /a+/giu],
    ...[Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array].map(
      (array): [string, unknown] => [array.name, array.from([1, 2, 3])],
    ),
    ["a BigInt64Array", BigInt64Array.from([1n, -2n])],
    ["a Uint8Array", Uint8Array.from([1, 2, 255])],
    ["an ArrayBuffer", Uint8Array.from([1, 2, 3]).buffer],
  ])("comes back as what it was: %s", (_, value) => {
    const { across } = wire();
    expect(across(value)).toEqual(value);
    expect(across([value])).toEqual([value]);
    expect(Object.prototype.toString.call(across(value))).toBe(Object.prototype.toString.call(value));
  });

  it("may be anything made of these, whatever came before", () => {
    const { across } = wire();
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: false,
    });
    const sendable = values.filter((value) => !hasOddities(value));
    fc.assert(
      fc.property(sendable, (value) => {
        expect(across(value)).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it("may have more shapes than are learned", () => {
    const { across } = wire();
    for (let round = 0; round < 2; round++) {
      for (let shape = 0; shape < 3_000; shape++) {
        const value = { [`key ${shape}`]: shape, nested: [{ [`other ${shape}`]: true }] };
        expect(across(value)).toEqual(value);
      }
    }
  });

  it("is one of its class if that is registered, also below others", () => {
    const { across } = wire({ types: [MONEY] });
    const back = across({ price: new Money(5n), more: [new Money(7n)] }) as { price: Money; more: [Money] };
    expect(back.price).toBeInstanceOf(Money);
    expect([back.price.cents, back.more[0].cents]).toEqual([5n, 7n]);
    class Tip extends Money {}
    expect(across(new Tip(1n))).toBeInstanceOf(Money);
  });

  it("is a plain object otherwise", () => {
    const back = wire().across({ price: new Money(5n) });
    expect(back).toEqual({ price: { cents: 5n } });
    expect(Object.getPrototypeOf((back as { price: object }).price)).toBe(Object.prototype);
  });

  it("cannot be read where its type is not registered, or refuses what comes", () => {
    expect(() => wire({ types: [MONEY], typesThere: [] }).across([new Money(5n)])).toThrow(/"money" is not among/);
    const wrong = wireType({ ...MONEY, encode: () => ({ cents: 5 }) as never });
    expect(() => wire({ types: [wrong], typesThere: [MONEY] }).across(new Money(5n))).toThrow(/counted in cents/);
  });

  it("does not keep what it was read from", () => {
    const back = wire().across(Buffer.from([1, 2, 3])) as Uint8Array;
    expect(back.buffer.byteLength).toBe(3);
  });

  it.each([
    ["a function", () => {}, /a function cannot be sent/],
    ["a symbol", Symbol("no"), /symbol/],
    ["a cycle", cycle(), /call stack/],
    ["an object with __proto__", JSON.parse('{"__proto__": {"admin": true}}'), /__proto__/],
  ])("is refused if it is or has %s, and others are not in trouble for it", (_, value, why) => {
    const { across } = wire();
    expect(across({ before: 1 })).toEqual({ before: 1 });
    expect(() => across({ fresh: 1, value })).toThrow(why);
    expect(across({ fresh: 1, value: 2 })).toEqual({ fresh: 1, value: 2 });
    expect(across({ after: 1 })).toEqual({ after: 1 });
  });
});

describe("bytes that another program made", () => {
  const foreign = (value: unknown) => new Packr({ useRecords: false, moreTypes: true }).pack(value);
  const read = (bytes: Uint8Array) => wire().reader.unpack(bytes, 0, bytes.length);

  it("change no prototype", () => {
    const { reader } = wire();
    reader.learn([["__proto__", "a"]]);
    expect(() => reader.unpack(Buffer.from([0x40, 0x80, 0x01]), 0, 3)).toThrow(/__proto__/);
    // A shape that comes with the value itself.
    const own = new Packr({ structures: [], maxSharedStructures: 0 }).pack(JSON.parse('{"__proto__": {"admin": 1}}'));
    const back = read(own) as Record<string, unknown>;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back.admin).toBeUndefined();
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    const map = read(foreign(JSON.parse('{"__proto__": {"admin": 1}}')));
    expect(map).toBeInstanceOf(Map);
  });

  it.each([
    ["lists", (inner: unknown) => [inner]],
    ["maps", (inner: unknown) => new Map([["k", inner]])],
    ["keys of maps", (inner: unknown) => new Map([[inner, 1]])],
    ["sets", (inner: unknown) => new Set([inner])],
  ])("are refused when they nest %s too deeply, however deeply that is", (_, nest) => {
    const nested = (levels: number) => {
      let value: unknown = "x".repeat(300);
      for (let level = 0; level < levels; level++) value = nest(value);
      return value;
    };
    expect(wire().across(nested(256))).toBeDefined();
    expect(() => wire().across(nested(257))).toThrow(/nested too deeply/);
    const deep = Buffer.alloc(200_000, 0x91);
    expect(() => read(deep)).toThrow();
  });

  it("cannot make more of themselves than there are bytes", () => {
    // A list of four billion.
    expect(() => read(Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]))).toThrow();
    expect(() => read(Buffer.from([0xdf, 0xff, 0xff, 0xff, 0xff]))).toThrow();
    expect(() => read(Buffer.from([0xc6, 0xff, 0xff, 0xff, 0xff]))).toThrow();
  });

  it("are read or refused, whatever they are, and leave nothing behind", () => {
    const { across, reader } = wire();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        try {
          reader.unpack(bytes, 0, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(across({ a: [1, "2"] })).toEqual({ a: [1, "2"] });
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([[[1]], [{}], ["a"], [[["a", 1]]], [Array.from({ length: 1_025 }, () => ["a"])]])(
    "are no shapes if they are %j",
    (shapes) => {
      expect(() => wire().reader.learn(shapes)).toThrow(/shape/);
    },
  );
});

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value.again = value;
  return value;
}

/** Whether there is something in it of which toEqual thinks otherwise, or that is not sent. */
function hasOddities(value: unknown): boolean {
  if (typeof value === "function" || typeof value === "symbol") return true;
  if (Object.is(value, -0)) return true;
  if (typeof value === "string") return Buffer.from(value).toString() !== value;
  if (value instanceof Date) return Number.isNaN(value.getTime());
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Map) return [...value].some(([key, entry]) => hasOddities(key) || hasOddities(entry));
  if (value instanceof Set || Array.isArray(value)) return [...value].some(hasOddities);
  const keys = Reflect.ownKeys(value);
  return (
    Object.getPrototypeOf(value) !== Object.prototype ||
    keys.some(
      (key) => key === "__proto__" || key === "toJSON" || hasOddities(key) || hasOddities(Reflect.get(value, key)),
    )
  );
}
