import { createSocket } from "node:dgram";
import { decode, encode, type Packet, type RecordType } from "dns-packet";

const PATIENCE_MS = 1_000;

/** Asks a name server of this machine one question, without the adapter. @throws Error when it does not answer */
export async function udpQuery(port: number, name: string, type: RecordType, signal?: AbortSignal): Promise<Packet> {
  const limit = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]);
  const socket = createSocket("udp4");
  try {
    return await new Promise((resolve, reject) => {
      limit.addEventListener("abort", () => reject(limit.reason));
      socket.on("error", reject);
      socket.on("message", (bytes) => resolve(decode(bytes)));
      const query = encode({ type: "query", id: 1, flags: 0x0100, questions: [{ name, type }] });
      socket.connect(port, "127.0.0.1", () => socket.send(query));
    });
  } finally {
    socket.close();
  }
}
