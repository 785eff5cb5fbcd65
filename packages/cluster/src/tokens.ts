import type { Clock, Random } from "@rollcall/core";
import type { InjectionToken } from "tsyringe";
import type { Logger } from "./logger.js";
import type { Transport } from "./transport/transport.js";

/** What each token of a system stands for. The join scheduler's have names of their own: `JOIN_TOKENS`. */
export interface ClusterCollaborators {
  /** Default: the process's monotonic clock. */
  readonly clock: Clock;
  /** Default: the process's own source. Seed it for runs that can be repeated. */
  readonly random: Random;
  /** Makes the node's id, 16 hexadecimal digits. Default: 64 bits from the system's cryptographic source. */
  readonly nodeId: () => string;
  /** Makes 32 bytes for one handshake with a secret. Default: from the system's cryptographic source. */
  readonly nonce: () => Uint8Array;
  /** Default: TCP. */
  readonly transport: Transport;
  /** Default: `settings.logger`. */
  readonly logger: Logger;
}

const token = <Name extends keyof ClusterCollaborators>(name: Name): InjectionToken<ClusterCollaborators[Name]> =>
  // Registered symbols, so that two installed copies of this package mean the same.
  Symbol.for(`@rollcall/cluster.${name}`);

/** What to register, in `settings.register`, to replace a part of the system. */
export const CLUSTER_TOKENS = Object.freeze({
  clock: token("clock"),
  random: token("random"),
  nodeId: token("nodeId"),
  nonce: token("nonce"),
  transport: token("transport"),
  logger: token("logger"),
}) satisfies { readonly [Name in keyof ClusterCollaborators]: InjectionToken<ClusterCollaborators[Name]> };
