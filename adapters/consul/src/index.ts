/**
 * Rollcall discovery and announcement by Consul: the health endpoint with blocking queries, and registrations with an
 * agent that are kept alive.
 *
 * @packageDocumentation
 */
import {
  type Announcer,
  type DefinedDiscovery,
  defineDiscovery,
  type SessionRequest,
  systemClock,
} from "@rollcall/core";
import { announce } from "./announce/announce.js";
import { ConsulCalls } from "./calls.js";
import { openClient } from "./client.js";
import { askListing, type HealthWatch, watchListing } from "./health-watch.js";
import { type ConsulDiscoveryOptions, checkOptions } from "./options.js";

export type { ConsulClient } from "./client.js";
export { CONSUL_DEFAULTS, type ConsulDiscoveryOptions, type ConsulTlsOptions } from "./options.js";

/**
 * Lists the instances of a service in Consul, and announces into the agent. A subscription is one session of blocking
 * queries with a connection of its own.
 *
 * Fails with `UNAVAILABLE` (agent or servers away, or at their limits), `TIMED_OUT`, `UNAUTHENTICATED` (token or
 * certificate of ours not taken), `FORBIDDEN` (names the ACL permission), `MISCONFIGURED` (names the option) and
 * `INVALID_RESPONSE` (that is no Consul).
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function consulDiscovery(options: ConsulDiscoveryOptions): DefinedDiscovery & Announcer {
  const checked = checkOptions(options);
  const { service, timeoutMs, waitMs, clock = systemClock } = checked;
  const name = `consul(${service})`;
  const query = queryFor(checked);

  /** Opens a connection for one session, and closes it when the session's signal aborts, which it does in any case. */
  const session = ({ signal }: SessionRequest): HealthWatch => {
    const open = openClient(checked);
    if (signal.aborted) open.close();
    else signal.addEventListener("abort", open.close, { once: true });
    return { name, calls: new ConsulCalls(name, open, checked), query, waitMs, clock };
  };
  return defineDiscovery({
    name,
    clock,
    timeoutMs,
    lookup: (request) => askListing(session(request), request),
    subscribe: (request) => watchListing(session(request), request),
    announce: (self, request) => announce(self, name, checked, request),
  });
}

/** What is asked of the health endpoint, in the client's words. */
function queryFor({
  tag,
  filter,
  datacenter,
  near,
  consistency,
  passingOnly,
}: ReturnType<typeof checkOptions>): object {
  return {
    ...(passingOnly && { passing: true }),
    ...(tag !== undefined && { tag }),
    ...(filter !== undefined && { filter }),
    ...(datacenter !== undefined && { dc: datacenter }),
    ...(near !== undefined && { near }),
    ...(consistency !== "default" && { [consistency]: true }),
  };
}
