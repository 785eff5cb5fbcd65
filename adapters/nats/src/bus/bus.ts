import type { DiscoveryError } from "@rollcall/core";

export interface BusMessage {
  readonly data: Uint8Array;
  /** Where an answer is expected. */
  readonly reply?: string | undefined;
  /** Not a message: the server says that nobody listens where we asked. */
  readonly nobody: boolean;
}

/** What becomes of a bus without our doing. Neither may throw. */
export interface BusEvents {
  /** It is over: called once, unless it was closed before. */
  lost(error: DiscoveryError): void;
  /** The server refused one of our subjects (`FORBIDDEN`); the rest goes on. */
  denied(error: DiscoveryError): void;
}

/**
 * One connection to a NATS server, as far as we need one, from its opening to its loss: it does not mend itself.
 * What decides when to ask, to renew and to forget works on this, so that tests can do without a server and in virtual
 * time.
 */
export interface Bus {
  /** Calls back for each message, until the bus is over. */
  subscribe(subject: string, receive: (message: BusMessage) => void): void;
  /** Does nothing once the bus is over. */
  publish(subject: string, data: string, reply?: string): void;
  /**
   * Resolves when the server has dealt with all that we said before, and everything that it had to say until then has
   * been received. Rejects when the bus is over before that.
   */
  roundTrip(): Promise<void>;
  /** Lets go at once of everything that was made for it. Idempotent. */
  close(): Promise<void>;
}

/** Rejects with the signal's reason as soon as that aborts, leaving nothing behind, or with a `DiscoveryError`. */
export type OpenBus = (signal: AbortSignal, events: BusEvents) => Promise<Bus>;
