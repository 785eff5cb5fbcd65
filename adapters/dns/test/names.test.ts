import { describe, expect, it } from "vitest";
import { candidates, isDomainName } from "../src/wire/names.js";

describe("the names to try", () => {
  const searchDomains = ["a.example", "b.example."];
  it.each([
    ["orders", 1, ["orders.a.example", "orders.b.example", "orders"]],
    ["orders.x", 1, ["orders.x", "orders.x.a.example", "orders.x.b.example"]],
    ["orders.x", 2, ["orders.x.a.example", "orders.x.b.example", "orders.x"]],
    ["orders", 0, ["orders", "orders.a.example", "orders.b.example"]],
    ["orders.", 5, ["orders"]],
  ])("of %s with ndots %d are %j", (name, ndots, names) => {
    expect(candidates(name, { searchDomains, ndots })).toEqual(names);
  });

  it("leave out those that would be too long", () => {
    const label = "x".repeat(60);
    const domain = `${label}.${label}.${label}`;
    expect(candidates(`${label}.${label}`, { searchDomains: [domain], ndots: 5 })).toEqual([`${label}.${label}`]);
  });
});

it.each([
  ["_rollcall._tcp.orders.example", true],
  ["orders.", true],
  ["x".repeat(63), true],
  ["x".repeat(64), false],
  [`${"x.".repeat(126)}x`, true],
  [`${"x.".repeat(127)}x`, false],
  ["", false],
  [".", false],
  ["a..b", false],
  ["a b", false],
  ["straße.example", false],
  [7, false],
])("whether %j can be asked for is %s", (name, expected) => {
  expect(isDomainName(name)).toBe(expected);
});
