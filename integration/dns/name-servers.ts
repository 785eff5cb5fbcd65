import { BindServer, findBind } from "../servers/bind.ts";
import { CoreDnsServer, findCoreDns } from "../servers/coredns.ts";
import { findKnot, KnotServer } from "../servers/knot.ts";
import { type Found, findServer } from "../servers/report.ts";
import type { ZoneServer } from "./zone-server.ts";

export interface NameServerKind {
  readonly name: string;
  /** Undefined where it cannot be had. */
  readonly start: (() => Promise<ZoneServer>) | undefined;
}

async function kind<T extends Found>(
  [name, title]: readonly [string, string],
  find: () => Promise<T>,
  start: (found: T) => Promise<ZoneServer>,
): Promise<NameServerKind> {
  const found = await findServer(name, find);
  return { name: title, start: found && (() => start(found)) };
}

/** Those whose zone can be changed while they run. */
export const nameServers: readonly NameServerKind[] = await Promise.all([
  kind(["bind", "BIND"], findBind, BindServer.start),
  kind(["knot", "Knot"], findKnot, KnotServer.start),
  kind(["coredns", "CoreDNS"], findCoreDns, CoreDnsServer.start),
]);

/** The one that remembers every change when it is killed. */
export const [bind] = nameServers as readonly [NameServerKind, ...NameServerKind[]];
