import { connect } from "node:net";
import { exchange } from "./exchange.js";
import type { Exchange } from "./transport.js";

const LENGTH_BYTES = 2;

/** By a connection of its own, on which each message follows its length (RFC 1035 section 4.2.2). */
export const tcpExchange: Exchange = ({ host, port }, message, accept, signal) =>
  exchange(signal, ({ resolve, reject }) => {
    const socket = connect({ host, port, noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`it closed the connection after ${received.length} bytes of an answer`)));
    socket.on("connect", () => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + received.readUInt16BE();
        if (received.length < end) return;
        resolve(accept(received.subarray(LENGTH_BYTES, end)));
        received = received.subarray(end);
      }
    });
    return () => socket.destroy();
  });
