import { setImmediate } from "node:timers/promises";
import type { ServiceInstance } from "@rollcall/core";
import type { ConformanceHarness, TestedDiscovery } from "../../src/index.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "./hand-written.js";
import { encode, keyOf, Registry } from "./registry.js";

/** A harness that can do everything, over an in-process registry, for adapters made by `make`. */
export function registryHarness(
  make: (options: HandWrittenOptions) => TestedDiscovery = (options) => new HandWrittenDiscovery(options),
  overrides: Partial<ConformanceHarness> = {},
): ConformanceHarness {
  return {
    name: "registry",
    settleMs: 2_000,
    quietMs: 60,
    releaseMs: 100,
    lookupTimeoutMs: 600,
    ...overrides,
    open() {
      const registry = new Registry();
      const create = (service: string, of: Registry): HandWrittenOptions => ({
        registry: of,
        path: { segments: ["services", service] },
        timeoutMs: 600,
        renewMs: 20,
      });
      return {
        create: (pass) => make(pass(create("orders", registry))),
        createUnknown: (pass) => make(pass(create("unknown", new Registry()))),
        add: (instance: ServiceInstance) => setImmediate(registry.putNow(keyOf(instance), encode(instance))),
        remove: (instance: ServiceInstance) => setImmediate(registry.deleteNow(keyOf(instance))),
        addDuplicate: (instance) => registry.putNow("another key", encode({ ...instance, id: "somebody" })),
        addMalformed: () => registry.putNow("malformed", "{ host: "),
        reorder: () => registry.reverse(),
        forget: (instance) => registry.deleteNow(keyOf(instance)),
        makeUnavailable: () => registry.goAway(),
        stall: () => registry.stall(),
        restore: () => registry.restore(),
      };
    },
  };
}
