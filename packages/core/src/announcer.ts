import type { DiscoveryRequest, ServiceDiscovery } from "./service-discovery.js";
import type { ServiceInstance } from "./service-instance.js";

/**
 * The optional second half of a discovery: puts this process where others will find it.
 */
export interface Announcer {
  /**
   * Resolves once the mechanism lists the instance. It is kept there (renewed, and registered again when the registry
   * forgot it) until the announcement is disposed or the signal aborts, after which nothing late brings it back.
   * Renewal trouble goes to `request.report`; only the first registration rejects.
   */
  announce(self: ServiceInstance, request?: DiscoveryRequest): Promise<Announcement>;
}

/** A standing announcement. Disposing withdraws it; idempotent; resolves when the mechanism no longer lists it. */
export interface Announcement extends AsyncDisposable {
  /** What is listed, which may differ from what was asked (a name changed after a conflict, for instance). */
  readonly instance: ServiceInstance;
}

/** Whether a discovery can also announce. */
export function canAnnounce(discovery: ServiceDiscovery): discovery is ServiceDiscovery & Announcer {
  return typeof (discovery as Partial<Announcer>).announce === "function";
}
