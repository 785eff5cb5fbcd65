import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { FaultyProxy } from "./faulty-proxy.ts";
import { http1Requests, http2Requests, natsRequests, type RequestCounter } from "./request-counters.ts";

/** Answers `n` with so many bytes; a proxy before it, and what somebody in front of that has heard. */
async function begin(counter?: () => RequestCounter) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (chunk) => socket.write("x".repeat(Number(chunk.toString()))));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return FaultyProxy.start(port, onTestFinished, counter ? { counter } : {});
}

async function dial(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  const heard = { bytes: 0, error: "", closed: false };
  socket.on("data", (chunk) => {
    heard.bytes += chunk.length;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    heard.error = error.code ?? "";
  });
  socket.on("close", () => {
    heard.closed = true;
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect").catch(() => {});
  return { socket, heard, ask: (bytes: number) => socket.write(String(bytes)) };
}

it("passes on what comes, and counts it", async () => {
  const proxy = await begin();
  const { ask, heard } = await dial(proxy.port);
  ask(100_000);
  await expect.poll(() => heard.bytes).toBe(100_000);
  expect(proxy).toMatchObject({ accepted: 1, open: 1, bytesThere: 6, bytesBack: 100_000 });
});

it("holds what comes, of old connections and new ones, and loses nothing of it", async () => {
  const proxy = await begin();
  const old = await dial(proxy.port);
  proxy.hold();
  const young = await dial(proxy.port);
  for (const { ask } of [old, young]) ask(5);
  // An answer would come over loopback long before another connection is made and answered.
  const other = await begin();
  const quick = await dial(other.port);
  quick.ask(5);
  await expect.poll(() => quick.heard.bytes).toBe(5);
  expect([old.heard, young.heard]).toEqual(Array(2).fill({ bytes: 0, error: "", closed: false }));

  proxy.pass();

  await expect.poll(() => [old.heard.bytes, young.heard.bytes]).toEqual([5, 5]);
});

it("cuts in the middle of an answer, of old connections and new ones", async () => {
  const proxy = await begin();
  const old = await dial(proxy.port);
  proxy.cutAfter(70);
  const young = await dial(proxy.port);
  for (const { ask } of [old, young]) ask(100);
  await expect.poll(() => [old.heard, young.heard]).toMatchObject(Array(2).fill({ bytes: 70, closed: true }));
  await expect.poll(() => proxy.open).toBe(0);
});

it("delays both ways", async () => {
  const proxy = await begin();
  const { ask, heard } = await dial(proxy.port);
  proxy.delay(50);
  const started = performance.now();
  ask(9);
  await expect.poll(() => heard.bytes, { interval: 5 }).toBe(9);
  expect(performance.now() - started).toBeGreaterThanOrEqual(99);
});

it("refuses until it listens again, and resets what there is", async () => {
  const proxy = await begin();
  const before = await dial(proxy.port);
  proxy.refuse();
  await expect.poll(() => before.heard.closed).toBe(true);
  expect((await dial(proxy.port)).heard.error).toBe("ECONNREFUSED");
  await proxy.listenAgain();
  const after = await dial(proxy.port);
  after.ask(3);
  await expect.poll(() => after.heard.bytes).toBe(3);
});

it("swallows what is sent one way, while the connection stands", async () => {
  const proxy = await begin();
  const { ask, heard } = await dial(proxy.port);
  proxy.swallow();
  ask(3);
  const young = await dial(proxy.port);
  young.ask(3);
  await expect.poll(() => young.heard.bytes).toBe(3);
  expect(heard).toEqual({ bytes: 0, error: "", closed: false });
});

const frame = (type: number, length: number) =>
  Buffer.from([0, 0, length, type, 0, 0, 0, 0, 1, ...Array(length).fill(7)]);

it.each([
  [
    "HTTP/2: data frames that are not empty",
    http2Requests,
    Buffer.concat([
      Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      frame(4, 0),
      frame(1, 9),
      frame(0, 5),
      frame(0, 0),
      frame(0, 2),
    ]),
  ],
  [
    "HTTP/1: request lines",
    http1Requests,
    Buffer.from("GET /a HTTP/1.1\r\nhost: b\r\n\r\nPUT /c HTTP/1.1\r\nhost: b\r\n\r\n"),
  ],
  ["NATS: what is no keeping alive", natsRequests, Buffer.from("CONNECT {}\r\nPING\r\nSUB a 1\r\nPONG\r\n")],
] as const)("requests are counted however they are cut into chunks: %s", (_, counter, bytes) => {
  for (const size of [1, 2, 7, bytes.length]) {
    const count = counter();
    let requests = 0;
    for (let at = 0; at < bytes.length; at += size) requests += count(bytes.subarray(at, at + size));
    expect(requests).toBe(2);
  }
});
