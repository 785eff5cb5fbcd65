import type { DiscoveryErrorCode, ServiceInstance } from "@rollcall/core";
import { isHost, isPort } from "@rollcall/core";
import type { SrvRecord } from "../wire/message.js";
import { nameKey, type Search } from "../wire/names.js";
import type { AddressBook, Family } from "./address-book.js";
import type { AskOptions } from "./ask.js";
import { resolve, search } from "./resolver.js";
import { findTargets } from "./targets.js";

/** Trouble that leaves out a record and not the listing. The message is a sentence without the dot. */
export interface Problem {
  readonly code: DiscoveryErrorCode;
  readonly message: string;
}

export interface FoundInstances {
  readonly instances: readonly ServiceInstance[];
  readonly problems: readonly Problem[];
  /** Seconds until the answer may be another one, if servers have said. */
  readonly ttl?: number;
}

export interface ListOptions {
  readonly name: string;
  readonly families: readonly Family[];
  readonly where: Search;
  readonly asking: AskOptions;
}

/** How many names a message shows. */
const SHOWN = 3;

/**
 * The addresses of a name, all with one port.
 *
 * @throws Trouble, or the signal's reason
 */
export async function listAddresses(
  { name, families, where, asking }: ListOptions,
  port: number,
): Promise<FoundInstances> {
  const { records, malformed, ttl } = await search(name, families, where, asking);
  return {
    instances: records.flatMap((record) => (record.type === "SRV" ? [] : [{ host: record.address, port }])),
    problems: malformed.map(unreadable),
    ...(ttl === undefined ? {} : { ttl }),
  };
}

/**
 * The SRV records of a name, each with the addresses of its target. When the addresses of some targets cannot be found
 * out, they have their last ones, or are left out.
 *
 * @throws Trouble, also when no target's addresses could be found out, or not those of all in time; or the signal's reason
 */
export async function listServices(
  { name, families, where, asking }: ListOptions,
  book: AddressBook,
): Promise<FoundInstances> {
  const found = await search(name, ["SRV"], where, asking);
  // The root as a target says that there is no such service (RFC 2782).
  const services = found.records.filter((record) => record.type === "SRV").filter(({ target }) => target !== "");
  const dialable = services.filter(({ target, port }) => isHost(target) && isPort(port));
  const names = dialable.map(({ target }) => target);
  const targets = await findTargets(names, families, found.glue, {
    ...{ book, clock: asking.clock },
    resolve: (question) => resolve(question, asking),
  });
  const addressesOf = ({ target }: SrvRecord) => targets.addresses.get(nameKey(target)) ?? [];
  const instances = services.flatMap((service) => {
    const { priority, weight, port, target } = service;
    const metadata = { priority: String(priority), weight: String(weight), target };
    // What nobody can dial is left to core, which leaves it out and reports it.
    const hosts = dialable.includes(service) ? addressesOf(service) : [target];
    return hosts.map((host) => ({ host, port, metadata }));
  });

  const homeless = dialable.filter((service) => addressesOf(service).length === 0);
  const troubleOf = ({ target }: SrvRecord) => targets.troubles.get(nameKey(target));
  // When the time was too short for all, a part of them is no listing; what a server says of one target is about that one.
  const late = homeless.map(troubleOf).find((trouble) => trouble?.code === "TIMED_OUT");
  const [trouble] = targets.troubles.values();
  if (late !== undefined || (trouble !== undefined && instances.length === 0)) throw late ?? trouble;
  const problems = found.malformed.map(unreadable);
  const nowhere = homeless.filter((service) => troubleOf(service) === undefined);
  if (nowhere.length > 0) {
    const what = `left out ${shown(nowhere.map(({ target }) => target))}, as targets without ${families.join(" or ")} record`;
    problems.push({ code: "MALFORMED_RECORD", message: what });
  }
  if (trouble !== undefined) {
    const what = `the addresses of ${shown(dialable.filter(troubleOf).map(({ target }) => target))} are the last known, if any: ${trouble.message}`;
    problems.push({ code: trouble.code, message: what });
  }
  const ttls = [found.ttl ?? Number.POSITIVE_INFINITY, targets.ttl];
  const ttl = Math.min(...ttls);
  return { instances, problems, ...(ttl === Number.POSITIVE_INFINITY ? {} : { ttl }) };
}

function unreadable(what: string): Problem {
  return { code: "MALFORMED_RECORD", message: `left out a record: ${what}` };
}

function shown(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const rest = unique.length - SHOWN;
  return `${unique.slice(0, SHOWN).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
