import { type DefinedDiscovery, type DiscoveryError, defineDiscovery, systemClock, systemRandom } from "@rollcall/core";
import { ApiClient } from "./api/api-client.js";
import { Collection } from "./collection.js";
import { connectionLoader } from "./credentials/load-connection.js";
import { checkOptions, type KubernetesDiscoveryOptions } from "./options.js";
import { endpointSlices } from "./resources/endpoint-slices.js";
import { podsByLabel } from "./resources/pods.js";
import type { Resource } from "./resources/resource.js";
import { relist, watchCollection } from "./session.js";

/** What tests replace. */
export interface Outside {
  /** Objects per page. */
  readonly pageSize?: number;
}

export function createDiscovery(options: KubernetesDiscoveryOptions, { pageSize }: Outside = {}): DefinedDiscovery {
  const checked = checkOptions(options);
  const { service, labelSelector = "", namespace, clock = systemClock, random = systemRandom } = checked;
  const name = `kubernetes(${namespace === undefined ? "" : `${namespace}/`}${service ?? labelSelector})`;
  const load = connectionLoader(name, checked);
  const resource = (
    service === undefined ? podsByLabel(labelSelector, checked) : endpointSlices(service, checked)
  ) as Resource;
  const open = (report: (problem: DiscoveryError) => void) => ({
    api: new ApiClient({ ...checked, name, load, resource, namespace, clock, pageSize }),
    collection: new Collection(name, resource, checked, report),
  });
  return defineDiscovery({
    name,
    clock,
    random,
    async lookup({ signal, report }) {
      const { api, collection } = open(report);
      using _ = api;
      await relist(api, collection, name, signal);
      return collection.instances();
    },
    async *subscribe({ signal, report }) {
      const { api, collection } = open(report);
      using _ = api;
      yield* watchCollection(api, collection, { ...checked, name, clock, random }, signal);
    },
  });
}
