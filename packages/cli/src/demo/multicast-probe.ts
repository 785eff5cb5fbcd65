import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";

/** Where multicast DNS is spoken over IPv4 (RFC 6762 section 3). */
const GROUP = "224.0.0.251";
const AGAIN_MS = 100;

export interface MulticastProbe {
  /** A UDP port that nobody used while it was probed. */
  readonly port: number;
}

/**
 * Finds out whether a multicast packet sent on one interface reaches another socket on that interface. Sends on no
 * other.
 *
 * @param address of the interface, IPv4
 * @throws Error that says what does not work
 */
export async function probeMulticast(address: string, withinMs = 1_000): Promise<MulticastProbe> {
  const sockets = [createSocket({ type: "udp4", reuseAddr: true }), createSocket({ type: "udp4", reuseAddr: true })];
  const [receiver, sender] = sockets as [Socket, Socket];
  const token = randomBytes(16);
  let again: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  try {
    return await new Promise<MulticastProbe>((resolve, reject) => {
      const late = () =>
        reject(new Error(`nothing that was sent to ${GROUP} on ${address} came back in ${withinMs} ms`));
      limit = setTimeout(late, withinMs);
      for (const socket of sockets) socket.on("error", reject);
      receiver.on("message", (packet) => {
        if (packet.equals(token)) resolve({ port: receiver.address().port });
      });
      receiver.bind(0, () => {
        receiver.addMembership(GROUP, address);
        // Bound to the same port, as the nodes' sockets will be.
        sender.bind(receiver.address().port, () => {
          sender.setMulticastInterface(address);
          sender.setMulticastTTL(1);
          const send = () => sender.send(token, receiver.address().port, GROUP, (error) => error && reject(error));
          again = setInterval(send, AGAIN_MS);
          send();
        });
      });
    });
  } finally {
    clearTimeout(limit);
    clearInterval(again);
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }
}
