import { readFileSync } from "node:fs";
import { canAnnounce } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { DNS_DEFAULTS, type DnsDiscoveryOptions, dnsDiscovery } from "../src/index.js";

describe("options", () => {
  it.each([
    ["name", ""],
    ["name", undefined],
    ["name", "a..b"],
    ["name", "10.0.0.7"],
    ["port", 0],
    ["port", "7337"],
    ["type", "SRV"],
    ["type", "toString"],
    ["servers", []],
    ["servers", "10.0.0.53"],
    ["servers", ["ns.example"]],
    ["servers", ["10.0.0.53:0"]],
    ["servers", [53]],
    ["searchDomains", "example"],
    ["searchDomains", [""]],
    ["ndots", -1],
    ["ndots", 1.5],
    ["resolvConf", ""],
    ["preferTcp", "yes"],
    ["retransmitMs", 0],
    ["timeoutMs", Number.NaN],
    ["minPollMs", -1],
    ["minPollMs", 40_000],
    ["maxPollMs", Number.POSITIVE_INFINITY],
    ["pollMs", "5000"],
  ])("%s is refused as %j, by name", (name, value) => {
    const options = { name: "orders.example", [name]: value } as unknown as DnsDiscoveryOptions;
    expect(() => dnsDiscovery(options)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(name) }),
    );
  });

  it("are needed", () => {
    expect(() => dnsDiscovery(undefined as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("that are undefined get the default", () => {
    expect(() => dnsDiscovery({ name: "orders.example", timeoutMs: undefined } as never)).not.toThrow();
  });

  it("make the name: what is looked up, and the port if addresses are", () => {
    expect(dnsDiscovery({ name: "_rollcall._tcp.orders.example" }).name).toBe("dns(_rollcall._tcp.orders.example)");
    expect(dnsDiscovery({ name: "orders.example", port: 7337 }).name).toBe("dns(orders.example:7337)");
  });

  it("may be frozen, and give a discovery that cannot announce", () => {
    const discovery = dnsDiscovery(Object.freeze({ name: "orders.example", servers: Object.freeze(["[::1]:53"]) }));
    expect(canAnnounce(discovery)).toBe(false);
  });

  it.each(Object.entries(DNS_DEFAULTS))("have the default of %s that the README says", (option, value) => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const [, written] = new RegExp(`^\\| \`${option}\` \\| \`?([^|\`]+?)\`? \\|`, "m").exec(readme) ?? [];
    expect(written?.replaceAll(/[",]/g, "")).toBe(String(value));
  });
});
