/**
 * The least that any formation has to do: every node knows where everybody listens, dials whoever comes before it, and
 * says its name; who has said its name is known. No discovery, no handshake, no membership. Where it is told to, it pings
 * the others in turn and answers pings, without a look at what they say: the least that watching others costs.
 */
import { connect, createServer, type Socket } from "node:net";
import { type BenchNode, runChild } from "./child.ts";
import type { Setup } from "./protocol.ts";

const RETRY_MS = 2;
const HELLO_BYTES = 4;
/** As many as Rollcall's, headers included. */
const PING = Buffer.alloc(26);
const ACK = Buffer.alloc(13);

const known = new Set<number>();
let sent = 0;

const node: BenchNode = {
  onChange: () => {},
  known: () => known.size,
  up: () => known.size,
  traffic: () => ({ bytes: sent, frames: sent / HELLO_BYTES, connections: known.size - 1 }),
  async start({ ports, index, pingMs }: Setup) {
    known.add(index);
    const sockets: Socket[] = [];
    const hello = Buffer.alloc(HELLO_BYTES);
    hello.writeUInt32BE(index);
    const greet = (socket: Socket) => {
      socket.setNoDelay(true);
      socket.write(hello);
      sent += HELLO_BYTES;
      sockets.push(socket);
      socket.on("data", (chunk: Buffer) => {
        if (chunk.length === PING.length) socket.write(ACK);
        if (chunk.length !== HELLO_BYTES) return;
        known.add(chunk.readUInt32BE(0));
        node.onChange();
      });
      socket.on("error", () => {});
    };
    const dial = (port: number) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", () => setTimeout(() => dial(port), RETRY_MS));
      socket.once("connect", () => greet(socket));
    };
    await new Promise<void>((resolve) => createServer(greet).listen(ports[index], "127.0.0.1", resolve));
    for (const port of ports.slice(0, index)) dial(port);
    if (pingMs === undefined) return;
    let next = index;
    setTimeout(() => setInterval(() => sockets[next++ % sockets.length]?.write(PING), pingMs), Math.random() * pingMs);
  },
};

runChild(node);
