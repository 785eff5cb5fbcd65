import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prefixEnd } from "../src/api/messages.js";

function isInRange(key: string, start: string): boolean {
  const bytes = Buffer.from(key);
  return bytes.compare(Buffer.from(start)) >= 0 && bytes.compare(prefixEnd(start)) < 0;
}

describe("the range of all keys that begin with a text", () => {
  it.each([
    ["a/", "a0"],
    ["rollcall/orders/", "rollcall/orders0"],
    ["größe/", "größe0"],
  ])("ends for %s before %s", (start, end) => {
    expect(prefixEnd(start).toString()).toBe(end);
  });

  it("needs no carry: the last byte of a text is 191 at most, as UTF-8 has no 255", () => {
    expect([...prefixEnd("\u{10ffff}")]).toEqual([0xf4, 0x8f, 0xbf, 0xc0]);
  });

  it("has every one of them", () => {
    const [prefix, rest] = [fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "binary" })];
    fc.assert(fc.property(prefix, rest, (start, more) => isInRange(start + more, start)));
  });

  it.each(["rollcall/orders", "rollcall/orders-eu/a", "rollcall/orders0", "rollcall/orders0/a", "rollcall/ordersx/a"])(
    "does not have %s, where the text is rollcall/orders/",
    (key) => {
      expect(isInRange(key, "rollcall/orders/")).toBe(false);
    },
  );
});
