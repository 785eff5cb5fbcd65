import { normalizeListing } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { entryOf, keyOf, recordOf } from "../src/records.js";

const FOLDER = "rollcall/orders/";

describe("what is in etcd", () => {
  it.each([
    [{ host: "10.0.0.7", port: 7337, id: "node-1" }, "node-1"],
    [{ host: "10.0.0.7", port: 7337, id: "rack/7 ü" }, "rack%2F7%20%C3%BC"],
    [{ host: "10.0.0.7", port: 7337 }, "10.0.0.7%3A7337"],
    [{ host: "fd00::7", port: 7337 }, "%5Bfd00%3A%3A7%5D%3A7337"],
  ])("is a key below the service that tells instances apart: %j", (instance, last) => {
    expect(keyOf(FOLDER, instance)).toBe(FOLDER + last);
  });

  it.each([
    { host: "10.0.0.7", port: 7337 },
    { host: "fd00::7", port: 7337, id: "node-1", metadata: { zone: "b", ü: '"' } },
  ])("is read as it was written: %j", (instance) => {
    expect(entryOf({ key: "k", value: recordOf(instance) })).toEqual(instance);
  });

  it.each(["", "{", "7", "null", '{"host":"a"}', '{"host":"","port":1}'])(
    "that cannot be read is left out and reported: %s",
    (value) => {
      const problems: string[] = [];
      const report = ({ code }: { code: string }) => problems.push(code);
      expect(normalizeListing([entryOf({ key: `${FOLDER}x`, value })], { name: "etcd(orders)", report })).toEqual([]);
      expect(problems).toEqual(["MALFORMED_RECORD"]);
    },
  );

  it("may be an endpoint as a text of JSON", () => {
    expect(normalizeListing([entryOf({ key: "k", value: '"10.0.0.7:7337"' })], { name: "etcd(orders)" })).toEqual([
      { host: "10.0.0.7", port: 7337 },
    ]);
  });
});
