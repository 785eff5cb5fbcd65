import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAlive, decodeBye, encodeAlive, encodeBye, MAX_MESSAGE_BYTES } from "../src/wire/messages.js";

const bytes = (message: unknown) =>
  new TextEncoder().encode(typeof message === "string" ? message : JSON.stringify(message));
const good = { v: 1, lease: "x", ttlMs: 15_000, host: "10.0.0.1", port: 7337, id: "n1", meta: { zone: "a" } };

describe("messages", () => {
  it("are what the README says", () => {
    const instance = { host: "10.0.0.7", port: 7337, id: "node-1", metadata: { zone: "a" } };
    expect(encodeAlive({ lease: "x7", ttlMs: 15_000, instance })).toBe(
      '{"v":1,"lease":"x7","ttlMs":15000,"host":"10.0.0.7","port":7337,"id":"node-1","meta":{"zone":"a"}}',
    );
    expect(encodeBye("x7")).toBe('{"v":1,"lease":"x7"}');
  });

  it("may have fields that are not known yet, and need neither id nor metadata", () => {
    const { id, meta, ...least } = good;
    expect(decodeAlive(bytes({ ...least, load: 3 }))).toEqual({
      ...{ lease: "x", ttlMs: 15_000 },
      instance: { host: "10.0.0.1", port: 7337 },
    });
    expect(decodeBye(bytes({ v: 1, lease: "x", why: "deployment" }))).toBe("x");
    expect([id, meta]).toEqual(["n1", { zone: "a" }]);
  });

  it.each([
    ["another version", { ...good, v: 2 }, "version 2, and this node reads version 1"],
    ["no version", { ...good, v: undefined }, "version"],
    ["no lease", { ...good, lease: undefined }, "lease"],
    ["an empty lease", { ...good, lease: "" }, "lease"],
    ["a time to live that is none", { ...good, ttlMs: 0 }, "ttlMs"],
    ["a time to live for ever", { ...good, ttlMs: 1e12 }, "ttlMs"],
    ["a host that is none", { ...good, host: "a b" }, "host"],
    ["a port that is none", { ...good, port: 70_000 }, "port"],
    ["a port that is a text", { ...good, port: "7337" }, "port"],
    ["an id that is a number", { ...good, id: 7 }, "id"],
    ["metadata that are a list", { ...good, meta: ["a"] }, "meta"],
    ["metadata that are no texts", { ...good, meta: { zone: 1 } }, "meta"],
    ["no object", [], "not an object"],
    ["null", null, "not an object"],
    ["no JSON", "{", "JSON"],
    ["more bytes than allowed", { ...good, id: "x".repeat(MAX_MESSAGE_BYTES) }, "bytes"],
  ])("with %s are refused, and it is said why", (_, message, why) => {
    expect(() => decodeAlive(bytes(message))).toThrow(why);
  });

  it("that are no UTF-8 are refused", () => {
    expect(() => decodeAlive(Uint8Array.of(0x22, 0xff, 0x22))).toThrow();
  });

  it("carry whatever an instance can be, and give it back", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });
    const lease = fc.record({
      lease: text,
      ttlMs: fc.integer({ min: 1, max: 86_400_000 }),
      instance: fc.record(
        {
          host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
          port: fc.integer({ min: 1, max: 65_535 }),
          id: text,
          metadata: fc.dictionary(text, text, { minKeys: 1, maxKeys: 5 }),
        },
        { requiredKeys: ["host", "port"] },
      ),
    });
    fc.assert(
      fc.property(lease, (given) => {
        expect(decodeAlive(bytes(encodeAlive(given)))).toEqual(given);
      }),
    );
  });

  it("of any bytes at all are either read or refused, and change nothing", () => {
    const nearly = fc
      .record(
        {
          v: fc.constantFrom(1, "1", 2),
          lease: fc.anything(),
          ttlMs: fc.anything(),
          host: fc.anything(),
          meta: fc.object(),
        },
        { requiredKeys: [] },
      )
      .map((message) => bytes(JSON.stringify(message) ?? ""));
    const polluting = fc.constant(bytes(`{"v":1,"lease":"x","ttlMs":1,"host":"a","port":1,"meta":{"__proto__":"x"}}`));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), nearly, polluting), (data) => {
        for (const decode of [decodeAlive, decodeBye]) {
          try {
            const read = decode(data) as { instance?: { host: unknown; metadata?: object } };
            if (read.instance) expect(typeof read.instance.host).toBe("string");
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
        expect(({} as Record<string, unknown>).zone).toBeUndefined();
      }),
    );
  });
});
