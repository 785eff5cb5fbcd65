/**
 * Discovery and announcement over core NATS: who is announced says so every few seconds, says goodbye, and answers when
 * somebody asks. Nothing is stored in the server; no JetStream, any server from 2.2 on.
 *
 * @packageDocumentation
 */
import type { Announcer, DefinedDiscovery } from "@rollcall/core";
import { createDiscovery } from "./discovery.js";
import type { NatsDiscoveryOptions } from "./options.js";

export type { NatsAuth, Secret } from "./bus/auth.js";
export type { NatsTls } from "./bus/tls.js";
export type { NatsClient, NatsMessage } from "./client.js";
export { NATS_DEFAULTS, type NatsDiscoveryOptions } from "./options.js";

/**
 * Finds and announces instances of a service among those who use the same NATS servers.
 *
 * Each subscription, lookup and announcement has a connection of its own, unless `client` is given. A subscription
 * throws `UNAVAILABLE` or `TIMED_OUT` when its connection is lost or nothing comes through it any more,
 * `UNAUTHENTICATED` or `FORBIDDEN` when the server refuses us, `MISCONFIGURED` when TLS is not possible. An announcement
 * connects again by itself, and reports why it had to.
 *
 * @throws DiscoveryError `INVALID_OPTION`, naming the option
 */
export function natsDiscovery(options: NatsDiscoveryOptions): DefinedDiscovery & Announcer {
  return createDiscovery(options);
}
