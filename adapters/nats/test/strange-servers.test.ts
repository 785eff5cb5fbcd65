import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { natsDiscovery } from "../src/index.js";

const SELF = { host: "10.0.0.7", port: 7337 };
const INFO = `INFO ${JSON.stringify({ server_id: "x", version: "2.9.0", headers: true, max_payload: 1_000_000 })}\r\n`;

/** Something that listens where a NATS server should, and a discovery that trusts it. */
async function strange(onConnection: (socket: Socket) => void) {
  const open = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.resume();
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const servers = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const discovery = natsDiscovery({ service: "orders", servers, answerTimeoutMs: 200 });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { discovery, open, servers, accepted: () => accepted };
}

describe("a server that is none", () => {
  it("and says nothing: TIMED_OUT, and its connection is closed", async () => {
    const { discovery, open, accepted, servers } = await strange(() => {});
    const trouble = { code: "TIMED_OUT", message: expect.stringContaining(servers) };
    await expect(discovery.lookup()).rejects.toMatchObject(trouble);
    await expect(discovery.announce(SELF)).rejects.toMatchObject(trouble);
    await expect(discovery.subscribe()[Symbol.asyncIterator]().next()).rejects.toMatchObject(trouble);
    expect(accepted()).toBe(3);
    await expect.poll(() => open.size).toBe(0);
  });

  it.each([
    ["", {}],
    [", not even TLS", { tls: { handshakeFirst: true } }],
  ])("and says nothing%s: whoever gives up waiting closes the connection at once", async (_, options) => {
    const { open, servers } = await strange(() => {});
    const patient = natsDiscovery({ service: "orders", servers, answerTimeoutMs: 60_000, ...options });
    const abort = new AbortController();
    const { signal } = abort;
    const outcomes = [
      patient.lookup({ signal }).catch((error) => error),
      patient.announce(SELF, { signal }).catch((error) => error),
      patient.subscribe({ signal })[Symbol.asyncIterator]().next(),
    ];
    await expect.poll(() => open.size).toBe(3);
    const reason = new Error("enough");
    abort.abort(reason);
    expect(await Promise.all(outcomes)).toEqual([reason, reason, { done: true, value: undefined }]);
    await expect.poll(() => open.size).toBe(0);
    await patient[Symbol.asyncDispose]();
  });

  it("and greets, but never answers: TIMED_OUT, and its connection is closed", async () => {
    const { discovery, open } = await strange((socket) => socket.write(INFO));
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "TIMED_OUT" });
    await expect.poll(() => open.size).toBe(0);
  });

  it.each([
    ["speaks HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["greets with nonsense", "INFO {nonsense\r\n"],
  ])("and %s: INVALID_RESPONSE, with the option to correct", async (_, banner) => {
    const { discovery, open } = await strange((socket) => socket.write(banner));
    const trouble = { code: "INVALID_RESPONSE", message: expect.stringContaining("option servers") };
    await expect(discovery.lookup()).rejects.toMatchObject(trouble);
    await expect.poll(() => open.size).toBe(0);
  });

  it("and hangs up: UNAVAILABLE", async () => {
    const { discovery } = await strange((socket) => socket.destroy());
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "UNAVAILABLE", retryable: true });
  });

  it("does not keep us from the next one that was named", async () => {
    const silent = await strange(() => {});
    const refusing = await strange((socket) => {
      socket.write(INFO);
      socket.once("data", () => socket.write("-ERR 'Authorization Violation'\r\n"));
    });
    const refusingToo = await strange((socket) => {
      socket.write(INFO);
      socket.once("data", () => socket.write("-ERR 'Authorization Violation'\r\n"));
    });
    const good = await strange((socket) => {
      socket.write(INFO);
      socket.on("data", (chunk) => {
        for (const _ of chunk.toString().matchAll(/PING\r\n/g)) socket.write("PONG\r\n");
      });
    });
    const all = [silent, refusing, refusingToo, good].map(({ servers }) => servers);
    for (let time = 0; time < 6; time++) {
      const discovery = natsDiscovery({ service: "orders", servers: all, answerTimeoutMs: 200, gatherMs: 50 });
      expect(await discovery.lookup()).toEqual([]);
      await discovery[Symbol.asyncDispose]();
    }
  });

  it("nor does any other: what is the matter with each is said", async () => {
    const silent = await strange(() => {});
    const refusing = await strange((socket) => {
      socket.write(INFO);
      socket.once("data", () => socket.write("-ERR 'Authorization Violation'\r\n"));
    });
    const servers = [silent.servers, refusing.servers];
    const discovery = natsDiscovery({ service: "orders", servers, answerTimeoutMs: 200, random: () => 0 });
    const error = await discovery.lookup().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/TIMED_OUT|UNAUTHENTICATED/), retryable: true });
    for (const server of servers) expect(error.message).toContain(server);
  });
});
