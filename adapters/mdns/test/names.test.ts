import { describe, expect, it } from "vitest";
import { addressBytes, isLinkLocal, isLoopback, isWildcard } from "../src/dns/address.js";
import {
  hostNameFor,
  instanceLabel,
  isServiceName,
  isWritableHost,
  isWritableInstance,
  sameName,
  toLabel,
} from "../src/dns/names.js";

const TYPE = "_orders._tcp.local";

describe("service names", () => {
  it.each(["orders", "a", "my-app", "A1", "x".repeat(15), "1st"])("%s is one", (text) => {
    expect(isServiceName(text)).toBe(true);
  });

  it.each(["", "-a", "a-", "a--b", "a_b", "a.b", "12", "x".repeat(16), "größe", undefined, 7])("%s is none", (text) => {
    expect(isServiceName(text)).toBe(false);
  });
});

describe("instance names", () => {
  it.each([
    ["node-1", 1, "node-1"],
    ["node-1", 2, "node-1 (2)"],
    ["v1.2.3", 1, "v1-2-3"],
    ["a\u0000\nb", 1, "ab"],
    ["...", 1, "---"],
    ["\n", 1, "node"],
    ["x".repeat(80), 1, "x".repeat(63)],
    ["x".repeat(80), 12, `${"x".repeat(58)} (12)`],
    ["ü".repeat(40), 1, "ü".repeat(31)],
    ["🖨".repeat(20), 3, `${"🖨".repeat(14)} (3)`],
  ])("from %j in attempt %i is %j", (text, attempt, label) => {
    expect(toLabel(text, attempt)).toBe(label);
    expect(Buffer.byteLength(toLabel(text, attempt))).toBeLessThanOrEqual(63);
    expect(isWritableInstance(`${toLabel(text, attempt)}.${TYPE}`, TYPE)).toBe(true);
  });

  it.each([
    [`node-1.${TYPE}`, "node-1"],
    [`v1.2 node.${TYPE.toUpperCase()}.`, "v1.2 node"],
    [TYPE, undefined],
    ["node-1._http._tcp.local", undefined],
    [`.${TYPE}`, undefined],
    ["", undefined],
  ])("%j has the label %j", (name, label) => {
    expect(instanceLabel(name, TYPE)).toBe(label);
  });

  it("with a dot in the label cannot be written", () => {
    expect(isWritableInstance(`v1.2.${TYPE}`, TYPE)).toBe(false);
    expect(isWritableInstance(`v1-2.${TYPE}`, TYPE)).toBe(true);
  });

  it.each([
    ["host.local", true],
    ["büro 3.local", true],
    [".", false],
    ["", false],
    ["a..local", false],
    [`${"x".repeat(64)}.local`, false],
    [Array.from({ length: 64 }, () => "abc").join("."), false],
  ])("of hosts such as %j can be written: %s", (name, writable) => {
    expect(isWritableHost(name)).toBe(writable);
  });

  it("are the same whatever the case of ASCII letters, and only of those", () => {
    expect(sameName("Node.Local.", "nODE.lOCAL")).toBe(true);
    expect(sameName("BÜRO.local", "büro.local")).toBe(false);
  });

  it("have each a host name of their own that is a host name", () => {
    const names = ["a", "b", "A"].map((label) => hostNameFor(`${label}.${TYPE}`));
    expect(names[0]).toBe(names[2]);
    expect(names[0]).not.toBe(names[1]);
    expect(names[0]).toMatch(/^rollcall-[0-9a-f]{16}\.local$/);
  });
});

describe("addresses", () => {
  it.each([
    ["10.0.0.7", "0a000007"],
    ["::", "00".repeat(16)],
    ["::1", `${"00".repeat(15)}01`],
    ["fe80::1%eth0", `fe80${"00".repeat(13)}01`],
    ["2001:DB8::8:800:200C:417A", "20010db80000000000080800200c417a"],
    ["::ffff:1.2.3.4", "00000000000000000000ffff01020304"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ])("%s is %s", (text, hex) => {
    expect(addressBytes(text)?.toString("hex")).toBe(hex);
  });

  it.each(["", "host", "10.0.0", "1.2.3.4.5", "fe80:::1", "999.1.1.1"])("%j is none", (text) => {
    expect(addressBytes(text)).toBeUndefined();
    expect([isLinkLocal(text), isLoopback(text), isWildcard(text)]).toEqual([false, false, false]);
  });

  it.each([
    ["169.254.1.1", isLinkLocal],
    ["fe80::1", isLinkLocal],
    ["febf::1%eth0", isLinkLocal],
    ["127.8.8.8", isLoopback],
    ["::1", isLoopback],
    ["0.0.0.0", isWildcard],
    ["::", isWildcard],
    ["0:0:0:0:0:0:0:0", isWildcard],
  ])("%s is what %o says, and nothing else", (text, is) => {
    const all = [isLinkLocal, isLoopback, isWildcard];
    expect(all.filter((test) => test(text))).toEqual([is]);
  });

  it.each(["10.0.0.7", "fd00::7", "fec0::1", "128.0.0.1"])("%s is nothing special", (text) => {
    expect([isLinkLocal(text), isLoopback(text), isWildcard(text)]).toEqual([false, false, false]);
  });
});
