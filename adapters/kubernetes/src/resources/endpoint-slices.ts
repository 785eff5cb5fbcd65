import type { CheckedOptions } from "../options.js";
import type { EndpointSlice } from "./kubernetes-objects.js";
import { familyOf } from "./place.js";
import { choosePort } from "./port-choice.js";
import { NOTHING, type Resource } from "./resource.js";

/**
 * The EndpointSlices of a service: pods of its selector that have an address, ready or not, or what somebody wrote there
 * by hand. There are several of them for many pods, for two address families, and for pods whose ports differ.
 */
export function endpointSlices(service: string, options: CheckedOptions): Resource<EndpointSlice> {
  return {
    apiGroup: "discovery.k8s.io",
    plural: "endpointslices",
    labelSelector: `kubernetes.io/service-name=${service}`,
    read({ endpoints, ports }) {
      // `ready` is true for terminating pods as well if the service says publishNotReadyAddresses.
      const present = (endpoints ?? []).filter(({ conditions }) => !conditions?.terminating);
      // Without pods a headless service has no ports either.
      if (present.length === 0) return NOTHING;
      const choice = choosePort(ports ?? [], options);
      if ("problem" in choice) return { places: [], problem: choice.problem };
      const places = present.flatMap(({ addresses, conditions, nodeName, zone, targetRef }) => {
        const [host] = addresses ?? [];
        if (host === undefined) return [];
        return {
          uid: targetRef?.uid || undefined,
          host,
          port: choice.port,
          ready: conditions?.ready ?? true,
          rank: familyOf(host) === "IPv4" ? 0 : 1,
          pod: targetRef?.name || undefined,
          node: nodeName || undefined,
          zone: zone || undefined,
        };
      });
      return { places };
    },
  };
}
