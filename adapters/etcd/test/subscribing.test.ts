import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeMessage } from "../src/grpc/protobuf.js";
import { type EtcdDiscoveryOptions, etcdDiscovery } from "../src/index.js";
import { events, FakeEtcd, PATHS, pair, rangeAnswer } from "./support/fake-etcd.js";
import { ManualClock } from "./support/manual-clock.js";

const value = (port: number) => JSON.stringify({ host: "10.0.0.7", port });
const key = (id: string) => `rollcall/orders/${id}`;

async function begin(options: Partial<EtcdDiscoveryOptions> = {}) {
  const etcd = await FakeEtcd.start();
  const clock = new ManualClock();
  // Pings would be due before their answers could come.
  const discovery = etcdDiscovery({ service: "orders", urls: etcd.url, clock, keepAliveMs: 86_400_000, ...options });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { etcd, clock, discovery };
}

/** One that has had its first listing, and whose watch has begun. */
async function subscribed() {
  const { etcd, clock, discovery } = await begin();
  const listings = discovery.subscribe()[Symbol.asyncIterator]();
  await listings.next();
  await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(1);
  const watch = etcd.streams.get(PATHS.watch);
  if (watch === undefined) throw new Error("nobody watches");
  return { etcd, clock, listings, watch };
}

describe("a session", () => {
  it("watches from the revision after the one it has read", async () => {
    const { etcd, discovery } = await begin();
    etcd.on(PATHS.range, (_, reply) => {
      reply.message(rangeAnswer(pair(key("a"), value(1)), pair(key("b"), value(2))));
      reply.end();
    });
    const listings = discovery.subscribe()[Symbol.asyncIterator]();
    expect((await listings.next()).value).toHaveLength(2);
    await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(1);
    const request = etcd.of(PATHS.watch)[0]?.fields.get(1);
    expect(Buffer.from(request as Uint8Array)).toEqual(
      encodeMessage([1, "rollcall/orders/"], [2, "rollcall/orders0"], [3, 8]),
    );

    const watch = etcd.streams.get(PATHS.watch);
    watch?.message(events([true, pair(key("a"), "")], [false, pair(key("c"), value(3))]));
    expect((await listings.next()).value).toEqual([2, 3].map((port) => ({ host: "10.0.0.7", port })));
  });

  it.each([
    ["the server goes away", ({ etcd }) => etcd.goAway("too_many_pings"), "UNAVAILABLE", "too_many_pings"],
    ["the connection is cut", ({ etcd }) => etcd.cut(), "UNAVAILABLE", "127.0.0.1"],
    ["the member has no leader", ({ watch }) => watch.end(14, "etcdserver: no leader"), "UNAVAILABLE", "no leader"],
    ["the stream ends for no reason", ({ watch }) => watch.end(), "UNAVAILABLE", "ended the stream"],
    [
      "history was compacted",
      ({ watch }) => watch.message(encodeMessage([4, true], [5, 99])),
      "UNAVAILABLE",
      "before revision 99",
    ],
    [
      "the permission was taken away",
      ({ watch }) =>
        watch.message(
          encodeMessage(
            [3, true],
            [4, true],
            [6, "rpc error: code = PermissionDenied desc = etcdserver: permission denied"],
          ),
        ),
      "FORBIDDEN",
      "etcdctl role grant-permission ROLE read --prefix rollcall/orders/",
    ],
    [
      "an answer makes no sense",
      ({ watch }) => watch.message(Buffer.of(0x08)),
      "INVALID_RESPONSE",
      "not what etcd answers",
    ],
  ] as const satisfies readonly (readonly [
    string,
    (s: Awaited<ReturnType<typeof subscribed>>) => void,
    string,
    string,
  ])[])("ends when %s", async (_, happen, code, message) => {
    const session = await subscribed();
    happen(session);
    await expect(session.listings.next()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect.poll(() => session.etcd.connections).toBe(0);
    expect(session.clock.pending).toBe(0);
  });

  it("asks a quiet watch once a minute for a sign of life, and ends when none comes", async () => {
    const { etcd, clock, listings } = await subscribed();
    // Until the next ping and the next question; no answer is awaited.
    const AT_REST = 2;
    for (const count of [2, 3]) {
      await expect.poll(() => clock.pending).toBe(AT_REST);
      clock.advance(60_000);
      await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(count);
    }
    await expect.poll(() => clock.pending).toBe(AT_REST);
    etcd.on(PATHS.watch, () => {});
    const next = listings.next();
    next.catch(() => {});
    clock.advance(60_000);
    await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(4);
    clock.advance(10_000);
    await expect(next).rejects.toMatchObject({ code: "TIMED_OUT", message: expect.stringContaining("sign of life") });
  });

  it("ends when its watch does not begin", async () => {
    const { etcd, clock, discovery } = await begin();
    etcd.on(PATHS.watch, () => {});
    const listings = discovery.subscribe()[Symbol.asyncIterator]();
    await listings.next();
    await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(1);
    const next = listings.next();
    next.catch(() => {});
    clock.advance(2_000);
    await expect(next).rejects.toMatchObject({ code: "TIMED_OUT" });
  });
});

describe("a server", () => {
  it("that is away is passed over for the next", async () => {
    const { etcd } = await begin();
    const urls = ["http://127.0.0.1:1", etcd.url];
    for (const first of [0, 0.999]) {
      const discovery = etcdDiscovery({ service: "orders", urls, random: () => first });
      expect(await discovery.lookup()).toEqual([]);
    }
  });

  it("is not the only one that is named when all are away", async () => {
    const urls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
    const lookup = etcdDiscovery({ service: "orders", urls }).lookup();
    await expect(lookup).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/127.0.0.1:1 .*127.0.0.1:2 |127.0.0.1:2 .*127.0.0.1:1 /),
    });
  });

  it("that refuses what every other would refuse is believed", async () => {
    const { etcd: one } = await begin();
    const { etcd: other } = await begin();
    for (const etcd of [one, other]) etcd.refuse(PATHS.range, 7, "etcdserver: permission denied");
    const discovery = etcdDiscovery({ service: "orders", urls: [one.url, other.url] });
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "FORBIDDEN", retryable: false });
    expect(one.asked.length + other.asked.length).toBe(1);
  });

  it("that speaks HTTP/1 is none of etcd", async () => {
    const server = createServer((_, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const lookup = etcdDiscovery({ service: "orders", urls: `http://127.0.0.1:${port}` }).lookup();
    await expect(lookup).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("http or https"),
    });
  });

  it("that answers with a page of HTTP is none of etcd", async () => {
    const { etcd, discovery } = await begin();
    etcd.on(PATHS.range, (_, { stream }) => {
      stream.respond({ ":status": 502, "content-type": "text/html" });
      stream.end("<html>Bad Gateway</html>");
    });
    await expect(discovery.lookup()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("HTTP status 502"),
    });
  });

  it("may answer in as many pieces as it likes", async () => {
    const { etcd, discovery } = await begin();
    etcd.on(PATHS.range, (_, reply) => {
      const many = Array.from({ length: 500 }, (_, index) => pair(key(`n${index}`), value(1000 + index)));
      reply.message(rangeAnswer(...many));
      reply.end();
    });
    expect(await discovery.lookup()).toHaveLength(500);
  });
});

describe("a user", () => {
  const auth = { username: "orders", password: "open-sesame" };

  it("is authenticated once, and every call has the token", async () => {
    const { etcd, discovery } = await begin({ auth });
    const listings = discovery.subscribe()[Symbol.asyncIterator]();
    await listings.next();
    await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(1);
    expect(etcd.asked.map(({ token }) => token)).toEqual([undefined, "token-1", "token-1"]);
  });

  it("gets another token when the one it has no longer holds, and not for ever", async () => {
    const { etcd, discovery } = await begin({ auth });
    etcd.refuse(PATHS.range, 16, "etcdserver: invalid auth token", 1);
    expect(await discovery.lookup()).toEqual([]);
    expect(etcd.of(PATHS.range).map(({ token }) => token)).toEqual(["token-1", "token-2"]);
    etcd.refuse(PATHS.range, 16, "etcdserver: invalid auth token");
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(etcd.of(PATHS.range)).toHaveLength(4);
  });

  it("is asked for again by each session, when a function gives it", async () => {
    const passwords = ["first", "second"];
    const { etcd, discovery } = await begin({
      auth: async () => ({ username: "orders", password: passwords.shift() ?? "" }),
    });
    for (let session = 1; session <= 2; session++) await discovery.lookup();
    const given = etcd.of(PATHS.authenticate).map(({ fields }) => Buffer.from(fields.get(2) as Uint8Array).toString());
    expect(given).toEqual(["first", "second"]);
    await expect(discovery.lookup()).rejects.toMatchObject({
      code: "MISCONFIGURED",
      message: expect.stringContaining("auth"),
    });
  });

  it("that the server does not know is told so, without the password", async () => {
    const { etcd, discovery } = await begin({ auth });
    etcd.refuse(PATHS.authenticate, 3, "etcdserver: authentication failed, invalid user ID or password");
    const error = await discovery.lookup().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", message: expect.stringContaining("orders") });
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(auth.password);
  });
});
