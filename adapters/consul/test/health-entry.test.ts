import { normalizeListing } from "@rollcall/core";
import { expect, it } from "vitest";
import { readEntry } from "../src/health-entry.js";
import { entry } from "./support/scripted-client.js";

it("a service has its own address, port and metadata", () => {
  const read = readEntry(entry(7001, { meta: { zone: "b" } }));
  expect(read).toEqual({ host: "10.0.0.1", port: 7001, id: "n1:s-7001", metadata: { zone: "b" } });
});

it("a service without an address is at its node's", () => {
  expect(readEntry(entry(7001, { address: "" }))).toMatchObject({ host: "10.9.9.9", port: 7001 });
});

it("an announced instance has the id it was announced with, and it is no metadata", () => {
  const read = readEntry(entry(7001, { meta: { "rollcall-id": "node-1" } }));
  expect(read).toEqual({ host: "10.0.0.1", port: 7001, id: "node-1" });
});

it("services of two agents with the same id are two instances", () => {
  const entries = [entry(7001, { node: "n1", id: "orders" }), entry(7002, { node: "n2", id: "orders" })];
  expect(normalizeListing(entries.map(readEntry), { name: "test" })).toHaveLength(2);
});

it.each([
  [
    "without a port",
    { Node: { Node: "n1", Address: "10.0.0.1" }, Service: { ID: "s", Address: "", Meta: null } },
    "10.0.0.1",
  ],
  ["with port 0", entry(0), "10.0.0.1:0"],
  ["with a port that is a text", entry("7001" as unknown as number, { address: "a b" }), "a b"],
  [
    "without any address",
    { Node: { Node: "n1", Address: "" }, Service: { ID: "s", Address: "", Port: 1 } },
    "n1:s without an address",
  ],
  ["that is no object", "orders", "without an address"],
  ["that is null", null, "without an address"],
  ["whose parts are of other types", { Node: [], Service: 3 }, "without an address"],
])("a record %s is left out and reported, and the others stay", (_, broken, said) => {
  const problems: string[] = [];
  const report = ({ code, message }: { code: string; message: string }) => problems.push(`${code} ${message}`);
  const listing = normalizeListing([broken, entry(7001)].map(readEntry), { name: "consul(orders)", report });
  expect(listing).toHaveLength(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("MALFORMED_RECORD consul(orders)");
  expect(problems[0]).toContain(said);
});
