import { describe, expect, it } from "vitest";
import { kubernetesDiscovery } from "../src/index.js";
import { checkOptions, KUBERNETES_DEFAULTS, type KubernetesDiscoveryOptions } from "../src/options.js";

describe("the options", () => {
  it("have the defaults that are exported", () => {
    expect(checkOptions({ service: "orders" })).toEqual({ service: "orders", ...KUBERNETES_DEFAULTS });
    expect(checkOptions({ service: "orders", watchMs: undefined as never }).watchMs).toBe(KUBERNETES_DEFAULTS.watchMs);
  });

  it("take a selector as a text or an object", () => {
    expect(checkOptions({ labelSelector: { app: "orders", tier: "b" } }).labelSelector).toBe("app=orders,tier=b");
    expect(checkOptions({ labelSelector: " app in (a,b) " }).labelSelector).toBe("app in (a,b)");
  });

  it("name the discovery", () => {
    expect(kubernetesDiscovery({ service: "orders" }).name).toBe("kubernetes(orders)");
    expect(kubernetesDiscovery({ labelSelector: { app: "a" }, namespace: "shop" }).name).toBe("kubernetes(shop/app=a)");
  });

  it.each<[string, unknown]>([
    ["service", { service: "Orders" }],
    ["service", { service: 7 }],
    ["service", {}],
    ["labelSelector", { service: "orders", labelSelector: "a=b" }],
    ["labelSelector", { labelSelector: "" }],
    ["labelSelector", { labelSelector: {} }],
    ["labelSelector", null],
    ["namespace", { service: "orders", namespace: "a/b" }],
    ["portName", { service: "orders", portName: "" }],
    ["port", { service: "orders", port: 70_000 }],
    ["portName", { service: "orders", port: 1, portName: "a" }],
    ["includeNotReady", { service: "orders", includeNotReady: "yes" }],
    ["addressFamily", { service: "orders", addressFamily: "IPv5" }],
    ["kubeconfig", { service: "orders", kubeconfig: "" }],
    ["context", { service: "orders", context: 3 }],
    ["serviceAccountPath", { service: "orders", serviceAccountPath: "" }],
    ["watchMs", { service: "orders", watchMs: 999 }],
    ["inactivityMs", { service: "orders", inactivityMs: 0 }],
    ["requestTimeoutMs", { service: "orders", requestTimeoutMs: Number.POSITIVE_INFINITY }],
  ])("are refused by name when %s is wrong: %j", (option, options) => {
    expect(() => kubernetesDiscovery(options as KubernetesDiscoveryOptions)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(option) }),
    );
  });
});
