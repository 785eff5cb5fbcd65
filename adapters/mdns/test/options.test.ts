import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MDNS_DEFAULTS, type MdnsDiscoveryOptions, mdnsDiscovery } from "../src/index.js";

describe("options", () => {
  it.each([
    ["service", ""],
    ["service", "order_service"],
    ["service", undefined],
    ["interfaces", []],
    ["interfaces", "eth0"],
    ["interfaces", [""]],
    ["port", 0],
    ["port", 70_000],
    ["instanceName", ""],
    ["hostTtlMs", 1000],
    ["hostTtlMs", 2500],
    ["hostTtlMs", Number.NaN],
    ["serviceTtlMs", 0],
    ["firstListingMs", 0],
    ["firstListingMs", 3000],
    ["settleMs", -1],
    ["interfacePollMs", 0],
    ["maxInstances", "many"],
  ])("%s is refused as %j, by name", (name, value) => {
    const options = { service: "orders", [name]: value } as unknown as MdnsDiscoveryOptions;
    expect(() => mdnsDiscovery(options)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(name) }),
    );
  });

  it("that there are not are refused, so that one that restricts cannot be misspelt", () => {
    const options = { service: "orders", interface: ["127.0.0.1"] };
    expect(() => mdnsDiscovery(options)).toThrow(/mdnsDiscovery has no option interface; it has .*interfaces/);
    expect(() => (mdnsDiscovery as () => unknown)()).toThrow(/mdnsDiscovery: service must be .*, not undefined/);
  });

  it("that are undefined get the default", () => {
    const options = { service: "orders", port: undefined } as unknown as MdnsDiscoveryOptions;
    expect(mdnsDiscovery(options).name).toBe("mdns(orders)");
  });

  it("have the defaults that the README says", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    for (const [name, value] of Object.entries(MDNS_DEFAULTS)) {
      const [, written] = new RegExp(`^\\| \`${name}\` \\| ([\\d,]+) \\|`, "m").exec(readme) ?? [];
      expect(Number(written?.replaceAll(",", "")), name).toBe(value);
    }
  });
});
