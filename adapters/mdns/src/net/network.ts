import type { DiscoveryError } from "@rollcall/core";
import type { Message, Peer } from "../dns/message.js";

/** One interface and address family on which multicast DNS is spoken. */
export interface Link {
  /** Such as `eth0/IPv4`; the same when the interface comes back. */
  readonly key: string;
  /** What follows the % of a link-local address that is reached by it: the interface's name, on Windows its number. */
  readonly zone: string;
  /** Whether everybody on it is on this machine. */
  readonly isLoopback: boolean;
  /** The port that multicast goes to; who asks from another one is a legacy client (RFC 6762 section 6.7). */
  readonly port: number;
  /** The interface's own addresses of both families, without zones. Changes; see `linkChanged`. */
  readonly addresses: readonly string[];
  /** Whether an address is in one of the interface's subnets. */
  isLocal(address: string): boolean;
  /**
   * Sends to the multicast group, or to `to` alone. Never throws or rejects: what cannot be sent is reported by the
   * network, and the link goes down if it stays so. Resolves when the packet has left or cannot.
   */
  send(message: Message, to?: Peer): Promise<void>;
}

/** What happens on the network. Calls come one at a time. */
export interface NetworkListener {
  linkUp(link: Link): void;
  /** Its addresses are others now, or the machine slept: who knows what others think of us (RFC 6762 section 8.1). */
  linkChanged(link: Link): void;
  linkDown(link: Link): void;
  received(link: Link, message: Message, from: Peer): void;
  /** A link could not be used; others may be. */
  problem(problem: DiscoveryError): void;
  /** No link is left. The network goes on looking for one to come back. */
  lost(error: DiscoveryError): void;
}

export interface OpenNetwork {
  /**
   * Resolves once every interface was tried and at least one is up, after its `linkUp`.
   * @throws DiscoveryError `UNAVAILABLE` or `MISCONFIGURED` when there is none
   */
  readonly ready: Promise<void>;
  /** Closes every socket as soon as what was sent has left. Idempotent. No calls to the listener afterwards. */
  close(): Promise<void>;
}

/** The way to the network: real sockets, or a simulation. */
export interface Network {
  open(listener: NetworkListener): OpenNetwork;
}
