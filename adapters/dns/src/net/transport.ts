import type { Endpoint } from "@rollcall/core";

/**
 * Sends one message to a server, and hands every message that comes back to `accept` until it makes something of one.
 * What it opened is closed before the promise settles, whichever way.
 *
 * @returns what `accept` made
 * @throws the signal's reason when it aborts, a system error, or an Error when the server hangs up
 */
export type Exchange = <T>(
  server: Endpoint,
  message: Buffer,
  accept: (message: Buffer) => T | undefined,
  signal: AbortSignal,
) => Promise<T>;

/** The ways to a server: real sockets, or a simulation. */
export interface Transport {
  /** Each call from a port of its own. Only what comes from the server's address and port is handed to `accept`. */
  readonly udp: Exchange;
  /** Each call on a connection of its own. */
  readonly tcp: Exchange;
}
