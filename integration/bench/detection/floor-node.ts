/**
 * The least that anybody can do to notice that a process was killed: a full mesh of TCP connections, and the system's
 * word that one was closed. It cannot tell a broken connection from a dead process, nor notice one that is stopped.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { monotonicMs } from "../formation/protocol.ts";
import { runChild } from "./child.ts";

const HELLO_BYTES = 4;

runChild(async (contacts, size, tell) => {
  const known = new Set<number>();
  const server = createServer((socket) => greet(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const greet = (socket: Socket) => {
    let peer: number | undefined;
    const hello = Buffer.alloc(HELLO_BYTES);
    hello.writeUInt32BE(port);
    socket.write(hello);
    socket.on("data", (chunk: Buffer) => {
      peer = chunk.readUInt32BE(0);
      known.add(peer);
      if (known.size === size - 1) tell({ kind: "whole" });
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      if (peer !== undefined) tell({ kind: "lost", port: peer, at: monotonicMs() });
    });
  };
  for (const contact of contacts) greet(connect(contact, "127.0.0.1"));
  return port;
});
