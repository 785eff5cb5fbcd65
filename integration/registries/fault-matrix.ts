import { describe } from "vitest";
import { credentials } from "./faults/credentials.ts";
import { load } from "./faults/load.ts";
import { outages } from "./faults/outages.ts";
import { processes } from "./faults/processes.ts";
import { silence } from "./faults/silence.ts";
import type { Registry } from "./registry.ts";

/** Most of a test is waiting; some wait for half a minute, on a machine that has other things to do. */
const LIMIT_MS = 300_000;

/**
 * What must hold of every adapter when its registry, the network or the process itself fails, against the real server: no
 * instance is dropped because of an error, listings are right within the bound after recovery, nothing hangs, nothing
 * loops, secrets stay secret, processes end. Each test has a server of its own, so that they run at the same time.
 */
export function faultMatrix(registry: Registry): void {
  describe(`${registry.name}, when something fails`, { concurrent: true, timeout: LIMIT_MS }, () => {
    // The longest first.
    outages(registry);
    load(registry);
    silence(registry);
    processes(registry);
    credentials(registry);
  });
}
