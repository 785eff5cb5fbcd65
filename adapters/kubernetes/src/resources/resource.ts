import type { KubernetesObject } from "./kubernetes-objects.js";
import type { Place } from "./place.js";

/** A collection of the API, and what its objects tell. */
export interface Resource<T extends KubernetesObject = KubernetesObject> {
  /** As RBAC rules have it: empty for what Kubernetes began with. */
  readonly apiGroup: string;
  /** As in RBAC rules and paths: `pods`. */
  readonly plural: string;
  readonly labelSelector: string;
  read(object: T): Reading;
}

/** What one object tells. */
export interface Reading {
  readonly places: readonly Place[];
  /** Why it tells less than it should; completes "left out …: ". */
  readonly problem?: string;
}

export const NOTHING: Reading = Object.freeze({ places: [] });

/** Where a collection is on the server. */
export function pathOf({ apiGroup, plural }: Resource, namespace: string): string {
  const group = apiGroup === "" ? "/api/v1" : `/apis/${apiGroup}/v1`;
  return `${group}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}
