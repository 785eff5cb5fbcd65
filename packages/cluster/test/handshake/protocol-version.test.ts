import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatVersion, negotiateVersion, parseVersion } from "../../src/handshake/protocol-version.js";
import { RUNS } from "../support/arbitraries.js";

const part = fc.integer({ min: 0, max: 99_999 });
const anyVersion = fc.record({ major: part, minor: part, patch: part });
const version = (text: string) => parseVersion(text) ?? expect.fail(`${text} is not a version`);

describe("two nodes negotiate a protocol version", () => {
  it.each([
    ["1.0.0", "1.0.0", "1.0.0"],
    ["1.0.0", "1.2.0", "1.0.0"],
    ["1.2.0", "1.0.0", "1.0.0"],
    ["1.2.3", "1.2.1", "1.2.1"],
    ["1.2.1", "1.2.3", "1.2.1"],
    ["1.2.9", "1.3.0", "1.2.9"],
    ["1.10.0", "1.9.0", "1.9.0"],
  ])("%s and %s speak %s", (ours, theirs, spoken) => {
    expect(negotiateVersion(version(ours), version(theirs))).toEqual(version(spoken));
  });

  it.each([
    ["1.0.0", "2.0.0"],
    ["2.0.0", "1.9.9"],
    ["0.1.0", "1.1.0"],
  ])("%s and %s cannot talk", (ours, theirs) => {
    expect(negotiateVersion(version(ours), version(theirs))).toBeUndefined();
  });

  it("and come to the same, whoever asks", () => {
    const property = fc.property(anyVersion, anyVersion, (a, b) => {
      expect(negotiateVersion(a, b)).toEqual(negotiateVersion(b, a));
    });
    fc.assert(property, RUNS);
  });
});

describe("a protocol version", () => {
  it("reads as it was written", () => {
    const property = fc.property(anyVersion, (any) => {
      expect(parseVersion(formatVersion(any))).toEqual(any);
    });
    fc.assert(property, RUNS);
  });

  it.each([
    "",
    "1",
    "1.0",
    "1.0.0.0",
    "v1.0.0",
    "1.0.0-beta",
    " 1.0.0",
    "1.0.0\n",
    "-1.0.0",
    "1e3.0.0",
    "123456.0.0",
    1,
    null,
  ])("is not %j", (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
});
