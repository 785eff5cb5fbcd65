import type { InstanceLike } from "@rollcall/core";

/** The key in a service's metadata under which an announced instance has its id. */
export const ID_KEY = "rollcall-id";

/** What is used of an entry of `/v1/health/service`; anything may be missing, as it comes from outside. */
interface HealthEntry {
  readonly Node?: { readonly Node?: unknown; readonly Address?: unknown };
  readonly Service?: {
    readonly ID?: unknown;
    readonly Address?: unknown;
    readonly Port?: unknown;
    readonly Meta?: unknown;
  };
}

/**
 * Reads one entry. A service without an address is at its node's. What was announced has the id it was announced with;
 * for others it is made of the names of node and service, since Consul's service ids are unique on one agent only.
 *
 * @returns a text that says what is wrong, which no one can take for an endpoint, when it cannot be read
 */
export function readEntry(entry: unknown): InstanceLike {
  const { Node: node, Service: service } = Object(entry) as HealthEntry;
  const owner = `${node?.Node}:${service?.ID}`;
  const host = isText(service?.Address) ? service.Address : node?.Address;
  if (!isText(host)) return `service ${owner} without an address`;
  const { [ID_KEY]: announcedId, ...metadata } = Object(service?.Meta) as Record<string, string>;
  return {
    host,
    port: service?.Port as number,
    id: isText(announcedId) ? announcedId : owner,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
