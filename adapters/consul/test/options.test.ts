import Consul from "consul";
import { expect, it } from "vitest";
import { CONSUL_DEFAULTS, type ConsulDiscoveryOptions, consulDiscovery } from "../src/index.js";

const client = new Consul({ host: "127.0.0.1", port: 1 });

it.each([
  ["service", { service: "" }],
  ["service", { service: 7 }],
  ["url", { url: "127.0.0.1:8500" }],
  ["url", { url: "ftp://127.0.0.1" }],
  ["url", { url: "http://127.0.0.1:8500", client }],
  ["url", { tls: {} }],
  ["token", { token: "s3cret\nX-Evil: 1" }],
  ["token", { token: 7 }],
  ["tls", { url: "https://a", tls: "s3cret" }],
  ["tls", { url: "https://a", tls: { cert: "s3cret" } }],
  ["tls", { url: "https://a", tls: { key: "s3cret" } }],
  ["tls", { tls: {}, client }],
  ["namespace", { namespace: "n", client }],
  ["namespace", { namespace: " " }],
  ["tag", { tag: "" }],
  ["tag", { tag: ["a", 7] }],
  ["filter", { filter: "" }],
  ["datacenter", { datacenter: 1 }],
  ["partition", { partition: "" }],
  ["near", { near: "" }],
  ["consistency", { consistency: "strong" }],
  ["passingOnly", { passingOnly: "yes" }],
  ["waitMs", { waitMs: 999 }],
  ["waitMs", { waitMs: 600_001 }],
  ["waitMs", { waitMs: Number.NaN }],
  ["timeoutMs", { timeoutMs: 0 }],
  ["check", { check: "http" }],
  ["ttlMs", { ttlMs: 99 }],
  ["checkIntervalMs", { checkIntervalMs: 7500 }],
  ["checkIntervalMs", { checkIntervalMs: 0 }],
  ["deregisterCriticalServiceAfterMs", { deregisterCriticalServiceAfterMs: 59_999 }],
])("a bad %s is named: %j", (option, bad) => {
  const options = { service: "orders", ...bad } as unknown as ConsulDiscoveryOptions;
  const thrown = (() => {
    try {
      return consulDiscovery(options);
    } catch (error) {
      return error as Error;
    }
  })();
  expect(thrown).toMatchObject({ code: "INVALID_OPTION" });
  expect((thrown as Error).message).toContain(`consulDiscovery: ${option} must be `);
  expect((thrown as Error).message).not.toContain("s3cret");
});

it("a client of the package is one that can be given, and an undefined option is one that is not", () => {
  expect(consulDiscovery({ service: "orders", client }).name).toBe("consul(orders)");
  expect(consulDiscovery({ service: "orders", client, tag: undefined } as never).name).toBe("consul(orders)");
});

it("a path in the url, and several tags, are fine", () => {
  const options = { service: "orders", url: "https://consul.example/proxy/", tls: { ca: "x" }, tag: ["a", "b"] };
  expect(consulDiscovery(options).name).toBe("consul(orders)");
});

it("a TCP check may have any interval", () => {
  expect(() => consulDiscovery({ service: "orders", check: "tcp", checkIntervalMs: 60_000 })).not.toThrow();
});

it("defaults cannot be changed, and heartbeats leave room for one to be lost", () => {
  expect(Object.isFrozen(CONSUL_DEFAULTS)).toBe(true);
  expect(CONSUL_DEFAULTS.checkIntervalMs * 2).toBeLessThan(CONSUL_DEFAULTS.ttlMs);
});
