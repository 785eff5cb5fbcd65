import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

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
  const receiver = createSocket({ type: "udp4", reuseAddr: true });
  const sender = createSocket({ type: "udp4", reuseAddr: true });
  try {
    receiver.bind(0);
    await once(receiver, "listening");
    const { port } = receiver.address();
    receiver.addMembership(GROUP, address);
    // To the same port, as the nodes' sockets will be.
    sender.bind(port);
    await once(sender, "listening");
    sender.setMulticastInterface(address);
    sender.setMulticastTTL(1);
    if (!(await arrives(sender, receiver, port, withinMs))) {
      throw new Error(`nothing that was sent to ${GROUP} on ${address} came back within ${withinMs} ms`);
    }
    return { port };
  } finally {
    await Promise.all([receiver, sender].map(close));
  }
}

/** Whether something sent to the group comes back in time. Rejects when it cannot be sent. */
async function arrives(sender: Socket, receiver: Socket, port: number, withinMs: number): Promise<boolean> {
  const token = randomBytes(16);
  let again: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      limit = setTimeout(() => resolve(false), withinMs);
      for (const socket of [sender, receiver]) socket.on("error", reject);
      receiver.on("message", (packet) => {
        if (packet.equals(token)) resolve(true);
      });
      const send = () => sender.send(token, port, GROUP, (error) => error && reject(error));
      again = setInterval(send, AGAIN_MS);
      send();
    });
  } finally {
    clearTimeout(limit);
    clearInterval(again);
  }
}

function close(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
