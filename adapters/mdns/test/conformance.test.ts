import { discoveryConformance } from "@rollcall/conformance";
import * as vitest from "vitest";
import { mdnsDiscovery } from "../src/index.js";
import { fastClock } from "./support/fast-clock.js";
import { freeUdpPort, RawResponder } from "./support/raw-responder.js";

const port = await freeUdpPort();
const TIMES = 5;
const shared = Object.freeze({
  port,
  interfaces: ["127.0.0.1"],
  clock: fastClock(TIMES),
  hostTtlMs: 2000,
  serviceTtlMs: 10_000,
  settleMs: 400, // a busy machine does not run faster because the clock does
});
let places = 0;

discoveryConformance(vitest, {
  name: "mdns on loopback",
  quietMs: 3500 / TIMES, // two renewals, at 80 % of hostTtlMs, and the second announcement
  releaseMs: 500,
  lookupTimeoutMs: 3000 / TIMES,
  without: {
    unavailability: "there is no server that could be away; interfaces that go are tested with simulated and real ones",
    stall: "there is no server that could stop answering: whoever does not answer is not listed",
  },
  async open() {
    const service = `c${++places}`;
    const others = new RawResponder(service, port);
    return {
      create: (pass) => mdnsDiscovery(pass({ ...shared, service })),
      createUnknown: (pass) => mdnsDiscovery(pass({ ...shared, service: `u${places}` })),
      add: (instance) => others.add(instance),
      remove: (instance) => others.remove(instance),
      addMalformed: () => others.add({ host: "10.77.99.99", port: 0 }, "malformed"),
      addDuplicate: ({ host, port: samePort }) => others.add({ host, port: samePort }, "duplicate"),
      reorder: () => others.reverse(),
      forget: (instance) => others.forget(instance),
      dispose: () => others.close(),
    };
  },
});
