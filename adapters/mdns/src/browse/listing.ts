import type { ServiceInstance } from "@rollcall/core";
import { isLinkLocal, isLoopback } from "../dns/address.js";
import { nameKey } from "../dns/names.js";
import { readTxt } from "../dns/txt.js";
import type { Link } from "../net/network.js";
import type { FoundInstance } from "./service-cache.js";

/** What one link says about instances. */
export interface LinkView {
  readonly link: Link;
  instances(): Iterable<FoundInstance>;
}

interface Candidate {
  readonly host: string;
  readonly rank: number;
}

/**
 * One entry per instance name, however many interfaces it was found on and addresses it has. Two names with one host
 * and port are one instance, the one heard of last: a process that crashed and was started again at its old port.
 */
export function assemble(views: Iterable<LinkView>): ServiceInstance[] {
  const byName = new Map<string, { readonly found: FoundInstance; readonly candidates: Candidate[] }>();
  for (const { link, instances } of [...views].map((view) => ({ link: view.link, instances: view.instances() }))) {
    for (const found of instances) {
      const key = nameKey(found.name);
      const entry = byName.get(key) ?? { found, candidates: [] };
      entry.candidates.push(...found.addresses.map((address) => candidate(address, link)));
      byName.set(key, entry);
    }
  }
  const byPlace = new Map<string, ServiceInstance>();
  for (const { found, candidates } of byName.values()) {
    const instance = toInstance(found, candidates);
    const place = `${instance?.host} ${instance?.port}`;
    if (instance && !byPlace.has(place)) byPlace.set(place, instance);
  }
  return [...byPlace.values()];
}

function toInstance({ srv, txt = [] }: FoundInstance, candidates: readonly Candidate[]): ServiceInstance | undefined {
  const [best] = candidates.toSorted((a, b) => a.rank - b.rank || (a.host < b.host ? -1 : 1));
  const { id, host = best?.host, metadata } = readTxt(txt);
  if (srv === undefined || host === undefined) return undefined;
  return {
    host,
    port: srv.port,
    ...(id ? { id } : {}),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/**
 * IPv4 before IPv6, as more programs listen on it alone than the other way round; addresses that are good everywhere
 * before those that are good on one link, and loopback, which may mean another machine's, last. Among those of a kind
 * one in a subnet of the interface it was heard on, which can certainly be reached from here.
 */
function candidate(address: string, link: Link): Candidate {
  const isIPv6 = address.includes(":");
  const kind = isLoopback(address) ? 4 : (isLinkLocal(address) ? 2 : 0) + (isIPv6 ? 1 : 0);
  const host = isIPv6 && isLinkLocal(address) ? `${address}%${link.zone}` : address;
  return { host, rank: 2 * kind + (link.isLocal(address) ? 0 : 1) };
}
