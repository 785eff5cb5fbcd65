import { isDiscoveryError } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { ETCD_DEFAULTS, type EtcdDiscoveryOptions, etcdDiscovery } from "../src/index.js";
import { checkOptions } from "../src/options.js";

const SECRET = "open-sesame";

describe("the options", () => {
  it("are the defaults where they are not given", () => {
    expect(checkOptions({ service: "orders", ttlMs: undefined } as never)).toEqual({
      service: "orders",
      folder: "rollcall/orders/",
      ...{ ...ETCD_DEFAULTS, prefix: undefined, urls: ["http://127.0.0.1:2379"] },
    });
  });

  it("name the discovery", () => {
    expect(etcdDiscovery({ service: "orders" }).name).toBe("etcd(orders)");
  });

  it.each([
    ["service", {}],
    ["service", { service: "" }],
    ["service", { service: "a/b" }],
    ["urls", { urls: [] }],
    ["urls", { urls: "10.0.0.7:2379" }],
    ["urls", { urls: ["http://10.0.0.7:2379/v3"] }],
    ["urls", { urls: `http://root:${SECRET}@10.0.0.7:2379` }],
    ["urls", { urls: 7 }],
    ["urls", { urls: "http://10.0.0.7:2379", tls: {} }],
    ["prefix", { prefix: "" }],
    ["prefix", { prefix: "a/" }],
    ["auth", { auth: { username: "root" } }],
    ["auth", { auth: { username: "", password: SECRET } }],
    ["tls", { tls: SECRET }],
    ["ttlMs", { ttlMs: 1000 }],
    ["ttlMs", { ttlMs: 2500 }],
    ["keepAliveMs", { keepAliveMs: 999 }],
    ["progressMs", { progressMs: "60000" }],
    ["requestTimeoutMs", { requestTimeoutMs: 0 }],
    ["requestTimeoutMs", { requestTimeoutMs: Number.NaN }],
  ])("that are wrong are named, and nothing secret is: %s", (option, given) => {
    const options = { ...(option === "service" ? {} : { service: "orders" }), ...given } as EtcdDiscoveryOptions;
    try {
      etcdDiscovery(options);
      expect.unreachable();
    } catch (error) {
      expect(isDiscoveryError(error) && error.code).toBe("INVALID_OPTION");
      expect((error as Error).message).toMatch(new RegExp(`^etcdDiscovery: ${option} must be `));
      expect((error as Error).message).not.toContain(SECRET);
    }
  });
});
