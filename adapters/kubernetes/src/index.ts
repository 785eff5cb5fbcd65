/**
 * Discovery from the Kubernetes API: the EndpointSlices of a service, or the pods with a label. Kubernetes knows what
 * runs, so there is nothing to announce.
 *
 * @packageDocumentation
 */
import type { DefinedDiscovery } from "@rollcall/core";
import { createDiscovery } from "./discovery.js";
import type { KubernetesDiscoveryOptions } from "./options.js";

export { KUBERNETES_DEFAULTS, type KubernetesDiscoveryOptions } from "./options.js";

/**
 * Lists the pods behind a service, or with a label, of one namespace; those that are terminating are left out.
 *
 * Each subscription lists and then watches on a connection of its own, which it closes when it ends. It throws
 * `FORBIDDEN` with the RBAC rule that is missing, `UNAUTHENTICATED` when the credentials are not accepted,
 * `MISCONFIGURED` when there are none, the server's certificate is not trusted or nobody offers the port, `TIMED_OUT`
 * when the server has gone quiet, and `UNAVAILABLE` for other trouble with it.
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function kubernetesDiscovery(options: KubernetesDiscoveryOptions): DefinedDiscovery {
  return createDiscovery(options);
}
