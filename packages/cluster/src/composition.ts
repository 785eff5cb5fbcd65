import { randomBytes } from "node:crypto";
import { type ServiceDiscovery, systemClock, systemRandom } from "@rollcall/core";
import { type Joiner, JoinScheduler, type MembershipView } from "@rollcall/join/scheduler";
import { reject } from "./handshake/admission.js";
import { encodeHandshake } from "./handshake/handshake-message.js";
import type { ClusterSettings } from "./settings.js";
import { CLUSTER_TOKENS, type ClusterCollaborators } from "./tokens.js";
import { refuseExposure } from "./transport/exposure.js";
import { TcpTransport } from "./transport/tcp-transport.js";

/** What the join scheduler is made with that comes from the system itself. */
export interface JoinParts {
  readonly joiner: Joiner;
  readonly membership: MembershipView;
  readonly selfId: string;
  readonly discovery: ServiceDiscovery | undefined;
}

/** The parts of one system that a user may have replaced. */
export interface Composition extends ClusterCollaborators {
  /** Makes the join scheduler once there is something to join with. */
  createScheduler(parts: JoinParts): JoinScheduler;
}

/** Gives the part with this name: the one that a user has put in its place, or what `byDefault` makes. */
export type Choose = <Name extends keyof ClusterCollaborators>(
  name: Name,
  byDefault: () => ClusterCollaborators[Name],
) => ClusterCollaborators[Name];

/** What is loaded for TLS. */
type TlsModule = typeof import("./transport/tls-transport.js");

/**
 * Puts a system together. The container is loaded only if the settings register something in it, and TLS only if they
 * want it.
 *
 * @throws ClusterError `INSECURE`, or `INVALID_SETTING` about `settings.tls`
 */
export async function compose(settings: ClusterSettings): Promise<Composition> {
  const tls = settings.tls === undefined ? undefined : await import("./transport/tls-transport.js");
  const choosing = (choose: Choose) => chooseParts(settings, choose, tls);
  if (settings.register !== undefined) {
    const { composeInContainer } = await import("./container-composition.js");
    return composeInContainer(settings, settings.register, CLUSTER_TOKENS, choosing);
  }
  const parts = choosing((_, byDefault) => byDefault());
  const { clock, random, logger } = parts;
  const { backoff, maxConcurrentJoins } = settings.join;
  return {
    ...parts,
    createScheduler: (own) => new JoinScheduler({ ...own, clock, random, logger, backoff, maxConcurrentJoins }),
  };
}

/** The collaborators of a system, with their defaults. */
function chooseParts(settings: ClusterSettings, choose: Choose, tls: TlsModule | undefined): ClusterCollaborators {
  const clock = choose("clock", () => systemClock);
  const logger = choose("logger", () => settings.logger);
  return {
    clock,
    random: choose("random", () => systemRandom),
    nodeId: choose("nodeId", () => () => randomBytes(8).toString("hex")),
    logger,
    nonce: choose("nonce", () => () => randomBytes(32)),
    // Who replaces the transport says himself where it can be reached from.
    transport: choose("transport", () => {
      refuseExposure(settings);
      const tcp = new TcpTransport(settings.association, clock);
      if (tls === undefined || settings.tls === undefined) return tcp;
      const { handshakeTimeoutMs } = settings.association;
      const own = { settings: settings.tls, tcp, handshakeTimeoutMs, farewell };
      return new tls.TlsTransport({ ...own, clock, logger });
    }),
  };
}

function farewell(reason: string): Uint8Array {
  return encodeHandshake(reject("CERTIFICATE_REFUSED", reason));
}
