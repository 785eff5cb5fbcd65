import { DiscoveryError, formatEndpoint, isHost, type ServiceInstance } from "@rollcall/core";
import { ID_KEY } from "../health-entry.js";
import type { CheckedOptions } from "../options.js";

/** What the agent is asked to register, in the client's words. */
export interface ConsulRegistration {
  readonly id: string;
  readonly checkId: string;
  readonly body: object;
}

/** Consul's limits for metadata. */
const MOST_KEYS = 64;
const KEY = /^[\w-]{1,128}$/;
const LONGEST_VALUE = 512;

/**
 * The registration for an instance. Its id in Consul has the service in front, because one agent may have several. An
 * instance on all addresses is registered without one, which for Consul means the node's.
 *
 * @throws DiscoveryError `INVALID_OPTION` for metadata that Consul does not take
 */
export function registrationFor(self: ServiceInstance, name: string, options: CheckedOptions): ConsulRegistration {
  const { service, tag = [] } = options;
  const id = `${service}:${self.id ?? formatEndpoint(self)}`;
  const checkId = `service:${id}`;
  const address = isWildcard(self.host) ? {} : { address: self.host };
  return {
    id,
    checkId,
    body: {
      name: service,
      id,
      ...address,
      port: self.port,
      tags: [tag].flat(),
      meta: metaOf(self, name),
      check: { checkid: checkId, name: `Rollcall node ${self.id ?? formatEndpoint(self)}`, ...checkFor(self, options) },
    },
  };
}

/** Both begin as passing: who announces is there, and must not have to wait to be listed. */
function checkFor(self: ServiceInstance, options: CheckedOptions): object {
  const { check, ttlMs, checkIntervalMs, timeoutMs, deregisterCriticalServiceAfterMs } = options;
  const common = { status: "passing", deregistercriticalserviceafter: `${deregisterCriticalServiceAfterMs}ms` };
  if (check === "ttl") return { ...common, ttl: `${ttlMs}ms` };
  // The agent is on this machine.
  const tcp = formatEndpoint(isWildcard(self.host) ? { host: "127.0.0.1", port: self.port } : self);
  return { ...common, tcp, interval: `${checkIntervalMs}ms`, timeout: `${timeoutMs}ms` };
}

function metaOf({ id, metadata = {} }: ServiceInstance, adapter: string): Record<string, string> {
  const meta = { ...metadata, ...(id === undefined ? {} : { [ID_KEY]: id }) };
  const refuse = (why: string) => {
    throw new DiscoveryError("INVALID_OPTION", `${adapter}: cannot announce this instance: ${why}.`, { adapter });
  };
  if (Object.hasOwn(metadata, ID_KEY)) refuse(`the metadata key ${ID_KEY} is for its id`);
  if (Object.keys(meta).length > MOST_KEYS) refuse(`Consul takes at most ${MOST_KEYS} metadata keys, the id being one`);
  for (const [key, value] of Object.entries(meta)) {
    if (!KEY.test(key))
      refuse(`Consul takes metadata keys of letters, digits, - and _ alone, unlike ${JSON.stringify(key)}`);
    if (value.length > LONGEST_VALUE)
      refuse(`Consul takes metadata values of at most ${LONGEST_VALUE} characters, unlike that of ${key}`);
  }
  return meta;
}

/** Every address of the machine. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || (host.includes(":") && isHost(host) && /^[0:]+$/.test(host));
}
