import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { exchange } from "./exchange.js";
import type { Exchange } from "./transport.js";

/**
 * By a socket of its own, which the system gives a port that nobody can guess, and which is connected: the system drops
 * what others send to it, and tells at once when nothing listens at the server's port.
 */
export const udpExchange: Exchange = ({ host, port }, message, accept, signal) =>
  exchange(signal, ({ resolve, reject }) => {
    const socket = createSocket(isIPv6(host.replace(/%.*$/, "")) ? "udp6" : "udp4");
    socket.on("error", reject);
    socket.on("message", (bytes) => resolve(accept(bytes)));
    socket.connect(port, host, () => socket.send(message));
    return () => socket.close();
  });
