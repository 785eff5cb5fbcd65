import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { type Clock, DiscoveryError, type ServiceInstance, sleep } from "@rollcall/core";
import { isLoopback, isWildcard, withoutZone } from "../dns/address.js";
import { serviceType } from "../dns/names.js";
import { writeTxt } from "../dns/txt.js";
import type { CheckedOptions } from "../options.js";
import type { AnnouncedThing } from "./own-records.js";

/** Resolves a host name to addresses. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** As the system does it: hosts file, DNS, and where set up multicast DNS. */
export const resolveBySystem: ResolveHost = async (host) => {
  return (await lookup(host, { all: true })).map(({ address }) => address);
};

/** A resolver that does not answer must not keep the announcement from being made. */
const RESOLVE_MS = 2000;

export interface Surroundings {
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly resolve: ResolveHost;
}

/**
 * What to announce for an instance. Its host as an address is announced as it is; a wildcard address stands for the
 * addresses of each interface; a name for the addresses it resolves to. A name that resolves to none, or only to
 * loopback (Debian's hosts file does that to the machine's own name), goes into the TXT record instead.
 *
 * @throws DiscoveryError `INVALID_OPTION` for metadata that no TXT record can hold
 */
export async function announcedThing(
  self: ServiceInstance,
  options: CheckedOptions,
  surroundings: Surroundings,
): Promise<AnnouncedThing> {
  const { addresses, host } = await whereIs(self.host, surroundings);
  return {
    type: serviceType(options.service),
    label: options.instanceName ?? self.id ?? `${hostname()}-${self.port}`,
    port: self.port,
    txt: txtOf(self, host, surroundings.name),
    addresses,
    hostTtl: options.hostTtlMs / 1000,
    serviceTtl: options.serviceTtlMs / 1000,
  };
}

async function whereIs(
  host: string,
  surroundings: Surroundings,
): Promise<{ addresses: AnnouncedThing["addresses"]; host?: string }> {
  if (isIP(withoutZone(host)) !== 0) {
    if (!isWildcard(host)) return { addresses: [host] };
    return { addresses: isIP(host) === 4 ? "interface-ipv4" : "interface" };
  }
  const addresses = (await resolved(host, surroundings)).filter((address) => !isLoopback(address));
  return addresses.length > 0 ? { addresses } : { addresses: "interface", host };
}

async function resolved(host: string, { clock, signal, resolve }: Surroundings): Promise<readonly string[]> {
  const giveUp = new AbortController();
  const late = sleep(clock, RESOLVE_MS, AbortSignal.any([signal, giveUp.signal])).then(() => []);
  try {
    return await Promise.race([resolve(host).catch(() => []), late]);
  } finally {
    giveUp.abort();
  }
}

function txtOf({ id, metadata = {} }: ServiceInstance, host: string | undefined, name: string): Buffer[] {
  try {
    return writeTxt({ metadata, ...(id === undefined ? {} : { id }), ...(host === undefined ? {} : { host }) });
  } catch (cause) {
    const message = `${name}: cannot announce this instance: ${(cause as Error).message}`;
    throw new DiscoveryError("INVALID_OPTION", message, { adapter: name, cause });
  }
}
