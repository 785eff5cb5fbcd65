import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage, encodeMessage, type Field } from "../src/grpc/protobuf.js";

const decoded = (bytes: Uint8Array) => [...decodeMessage(bytes)].map(([number, value]) => [number, value]);

describe("messages in the encoding of Protocol Buffers", () => {
  it("come back as they were written", () => {
    const field = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 29 - 1 }),
      fc.oneof(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.uint8Array({ minLength: 1, maxLength: 300 })),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        expect(decoded(encodeMessage(...fields)).map(([number, value]) => [number, copied(value)])).toEqual(
          fields.map(([number, value]) => [number, copied(value)]),
        );
      }),
    );
  });

  it.each([
    ["a number", [[1, 300]], "08ac02"],
    ["a text", [[2, "testing"]], "120774657374696e67"],
    ["a message within", [[3, encodeMessage([1, 150])]], "1a03089601"],
    ["true", [[4, true]], "2001"],
    [
      "what a missing field means",
      [
        [1, 0],
        [2, ""],
        [3, false],
        [4, undefined],
      ],
      "",
    ],
    ["an empty message, which is there", [[3, encodeMessage()]], "1a00"],
  ] as const)("are written as the specification says: %s", (_, fields, hex) => {
    expect(encodeMessage(...(fields as readonly Field[])).toString("hex")).toBe(hex);
  });

  it("may hold fields of fixed length, which are passed over", () => {
    expect(decoded(Buffer.from("0901020304050607080d01020304082a", "hex"))).toEqual([[1, 42]]);
  });

  it("may hold negative numbers, which no id of ours is taken for", () => {
    const [field] = decoded(Buffer.from("08ffffffffffffffffff01", "hex"));
    expect(field?.[1]).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  });

  it.each(["08", "0880", "12", "120561", "0b", "0f"])("that are cut off or none are refused: %s", (hex) => {
    expect(() => decoded(Buffer.from(hex, "hex"))).toThrow(RangeError);
  });

  it("that are any bytes at all end in fields or in a RangeError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decoded(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

function copied(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}
