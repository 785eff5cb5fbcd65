import { isIPv6, type ServiceInstance } from "@rollcall/core";
import type { CheckedOptions } from "../options.js";

/** An address of a pod, as one object of the API tells of it. */
export interface Place {
  /** The pod's uid; one without is a place of its own. */
  readonly uid?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly ready: boolean;
  /** A lower one is preferred among several of one pod. */
  readonly rank: number;
  readonly pod?: string | undefined;
  readonly node?: string | undefined;
  readonly zone?: string | undefined;
}

/**
 * One instance for each pod, whatever number of objects and addresses it appears under.
 *
 * A pod is in several EndpointSlices for a moment when the controller moves it, of which one may be behind: it counts as
 * ready if any says so.
 */
export function instancesOf(places: Iterable<Place>, options: CheckedOptions): ServiceInstance[] {
  const pods = new Map<string, Place[]>();
  for (const place of places) {
    if (!place.ready && !options.includeNotReady) continue;
    if (options.addressFamily !== undefined && familyOf(place.host) !== options.addressFamily) continue;
    const key = place.uid ?? `${place.host} ${place.port}`;
    const known = pods.get(key);
    if (known === undefined) pods.set(key, [place]);
    else known.push(place);
  }
  return [...pods.values()].map((several) => {
    const [best] = several.sort(byPreference) as [Place];
    return instanceOf({ ...best, ready: several.some(({ ready }) => ready) });
  });
}

export function familyOf(host: string): "IPv4" | "IPv6" {
  return isIPv6(host) ? "IPv6" : "IPv4";
}

function byPreference(a: Place, b: Place): number {
  return a.rank - b.rank || (a.host < b.host ? -1 : 1);
}

function instanceOf({ uid, host, port, ready, pod, node, zone }: Place): ServiceInstance {
  const known = Object.entries({ pod, node, zone, ready: String(ready) }).filter(([, value]) => value !== undefined);
  return {
    host,
    port,
    ...(uid === undefined ? {} : { id: uid }),
    metadata: Object.fromEntries(known) as Record<string, string>,
  };
}
