import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";

const attempts = new AsyncLocalStorage<Set<Socket>>();

/**
 * Connects, and leaves nothing behind when that fails or is given up. The client's `connect` cannot be called off, and
 * leaves a socket open when a server accepts it and says nothing; so the sockets of an attempt are noted as they are
 * made, and destroyed here.
 *
 * @throws what the client throws, or the signal's reason, at once
 */
export async function openClient(options: ConnectionOptions, signal: AbortSignal): Promise<NatsConnection> {
  signal.throwIfAborted();
  const sockets = new Set<Socket>();
  const attempt = new AbortController();
  const note = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    if (attempts.getStore() !== sockets) return;
    sockets.add(socket);
    // Not now: it is about to be connected, which would undo that.
    if (attempt.signal.aborted) process.nextTick(() => socket.destroy());
  };
  // Sockets that speak TLS from the first byte on are not told of before Node.js 24; they take a signal, though, which the
  // client hands on with the other options.
  const tls = options.tls && { tls: { ...options.tls, signal: attempt.signal } };
  subscribe("net.client.socket", note);
  const connecting = attempts
    .run(sockets, () => connect({ ...options, ...tls }))
    .finally(() => unsubscribe("net.client.socket", note));
  try {
    return await orAborted(connecting, signal);
  } catch (error) {
    attempt.abort();
    for (const socket of sockets) socket.destroy();
    // It may have come about in the very moment.
    connecting.then(
      (client) => client.close(),
      () => {},
    );
    throw error;
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
