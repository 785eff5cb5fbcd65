import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTxt, writeTxt } from "../src/dns/txt.js";

const texts = (...all: string[]) => all.map((text) => Buffer.from(text));

describe("a TXT record", () => {
  it("holds id, host and metadata, each as key=value", () => {
    const written = writeTxt({ id: "node-1", host: "db.example.org", metadata: { zone: "a", empty: "" } });
    expect(written.map((text) => text.toString())).toEqual(["id=node-1", "host=db.example.org", "zone=a", "empty="]);
  });

  it("has one empty text when there is nothing to say", () => {
    expect(writeTxt({ metadata: {} })).toEqual(texts(""));
    expect(readTxt(texts(""))).toEqual({ metadata: {} });
  });

  it.each([
    ["the first of a key given twice counts, in whatever case", ["a=1", "A=2"], { metadata: { a: "1" } }],
    ["a key alone has no value", ["flag"], { metadata: { flag: "" } }],
    ["a value may contain =", ["a=b=c"], { metadata: { a: "b=c" } }],
    ["a text without a key is ignored", ["=x", ""], { metadata: {} }],
    ["the keys id and host may be in any case", ["ID=n", "Host=h"], { id: "n", host: "h", metadata: {} }],
    ["an empty id is none", ["id="], { metadata: {} }],
    ["a host that is none is ignored", ["host=a b"], { metadata: {} }],
  ])("is read leniently: %s", (_, written, read) => {
    expect(readTxt(texts(...written))).toEqual(read);
  });

  it("may use names that mean something in JavaScript", () => {
    const { metadata } = readTxt(texts("__proto__=x", "constructor=y"));
    expect(Object.entries(metadata)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  it("brings back whatever metadata it accepts", () => {
    const key = fc.stringMatching(/^[a-z][a-zA-Z0-9 _-]{0,8}$/).filter((text) => text !== "id" && text !== "host");
    const metadata = fc.dictionary(key, fc.string({ maxLength: 40, unit: "grapheme" }), { maxKeys: 6 });
    fc.assert(
      fc.property(fc.option(fc.string({ minLength: 1, maxLength: 20 })), metadata, (id, pairs) => {
        fc.pre(new Set(Object.keys(pairs).map((name) => name.toLowerCase())).size === Object.keys(pairs).length);
        const content = { ...(id ? { id } : {}), metadata: { ...pairs } };
        expect(readTxt(writeTxt(content))).toEqual(content);
      }),
      { seed: 1 },
    );
  });
});
