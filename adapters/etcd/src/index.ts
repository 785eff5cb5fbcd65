/**
 * Rollcall discovery and announcement in etcd 3.4 and newer: instances are keys below a prefix, each on a lease.
 *
 * @packageDocumentation
 */
export { etcdDiscovery } from "./discovery.js";
export { ETCD_DEFAULTS, type EtcdDiscoveryOptions, type EtcdTls, type EtcdUser } from "./options.js";
