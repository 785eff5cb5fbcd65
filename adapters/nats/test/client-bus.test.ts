import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { ClientBus } from "../src/bus/client-bus.js";
import { openClient } from "../src/bus/open-client.js";

const INFO = `INFO ${JSON.stringify({ server_id: "x", version: "2.9.0", headers: true, max_payload: 1_000_000 })}\r\n`;
const context = { name: "nats(orders)", server: "the server", who: "nobody" };

/** A server that answers, and the client's side of the one connection to it. */
async function connected() {
  let serverSide: Socket | undefined;
  const server = createServer((socket) => {
    socket
      .on("error", () => {})
      .on("data", (data) => {
        if (data.includes("PING")) socket.write("PONG\r\n");
      });
    socket.write(INFO);
    serverSide = socket;
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const sockets: Socket[] = [];
  const note = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  subscribe("net.client.socket", note);
  onTestFinished(() => void unsubscribe("net.client.socket", note));
  const servers = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await openClient({ servers, reconnect: false }, AbortSignal.timeout(60_000));
  return { client, serverSide: serverSide as Socket | undefined, clientSide: sockets[0] as Socket };
}

it("closes when the server has just ended the connection, without an error that nobody handles", async () => {
  const { client, serverSide, clientSide } = await connected();
  const bus = new ClientBus({ client, own: true, context, all: "orders.>" }, { lost() {}, denied() {} });
  bus.subscribe("orders.>", () => {});
  const closed = new Promise<void>((resolve) => {
    // Both sides have ended, and the client has not noticed yet. Closing, it still says that it no longer listens.
    const end = clientSide.end.bind(clientSide);
    clientSide.end = () => {
      end();
      resolve(bus.close());
      return clientSide;
    };
  });
  serverSide?.end();
  await closed;
  // Errors of sockets that nobody listens to come a turn later, and fail the run of the tests.
  await new Promise((resolve) => setImmediate(resolve));
  expect(clientSide.destroyed).toBe(true);
});
