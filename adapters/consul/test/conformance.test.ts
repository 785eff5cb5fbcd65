import { discoveryConformance } from "@rollcall/conformance";
import * as vitest from "vitest";
import { ConsulStandIn } from "./support/consul-stand-in.js";
import { consulHarness } from "./support/harness.js";

const start = async () => {
  const consul = await ConsulStandIn.start();
  return {
    url: consul.url,
    directUrl: consul.url,
    refuse: () => consul.refuse(),
    hold: () => consul.hold(),
    restore: () => consul.restore(),
    reorder: () => consul.catalog.reverse(),
    dispose: () => consul[Symbol.asyncDispose](),
  };
};

discoveryConformance(vitest, consulHarness("consul stand-in", start));
