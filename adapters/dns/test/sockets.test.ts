import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type DnsDiscoveryOptions, dnsDiscovery } from "../src/index.js";
import { NameServer } from "./support/name-server.js";
import { a, type ReceivedQuery, readQuery, respond, SERVFAIL, srv } from "./support/replies.js";
import type { Behaviour } from "./support/simulated-servers.js";

const NAME = "orders.example";
const good = { answers: [a(NAME, "10.1.0.1")] };
const evil = { answers: [a(NAME, "10.6.6.6")] };

async function serving(behaviour: Behaviour): Promise<NameServer> {
  const server = await NameServer.start(behaviour);
  onTestFinished(() => server.close());
  return server;
}

function lookup(servers: readonly NameServer[], more: Partial<DnsDiscoveryOptions> = {}) {
  const addresses = servers.map(({ address }) => address);
  return dnsDiscovery({ name: NAME, port: 7337, type: "A", servers: addresses, ...more }).lookup();
}

const found = [{ host: "10.1.0.1", port: 7337 }];

describe("on real sockets", () => {
  it("each question comes from another port", async () => {
    const server = await serving(() => good);
    const ports = new Set<number | undefined>();
    for (let time = 0; time < 10; time++) {
      expect(await lookup([server])).toEqual(found);
      ports.add(server.lastAsker?.port);
    }
    expect(ports.size).toBeGreaterThan(5);
  });

  it("an answer from another address than was asked is not heard", async () => {
    const stranger = createSocket("udp4");
    onTestFinished(() => void stranger.close());
    const server = await serving((query) => {
      const asker = server.lastAsker;
      stranger.send(respond(query, evil), asker?.port as number, asker?.address as string);
      return { ...good, afterMs: 100 };
    });
    expect(await lookup([server])).toEqual(found);
  });

  it("a server that drops the first datagram is asked again", async () => {
    let count = 0;
    const server = await serving(() => (++count > 1 ? good : undefined));
    expect(await lookup([server], { retransmitMs: 20 })).toEqual(found);
  });

  it("a server that drops all is left for the next one, and its late answer is heard by nobody", async () => {
    const silent = await serving(() => ({ ...evil, afterMs: 300 }));
    const server = await serving(() => good);
    expect(await lookup([silent, server], { retransmitMs: 20 })).toEqual(found);
  });

  it("a port at which nothing listens is left at once", async () => {
    const gone = await serving(() => good);
    await gone.close();
    const server = await serving(() => good);
    const began = performance.now();
    expect(await lookup([gone, server], { retransmitMs: 2000 })).toEqual(found);
    expect(performance.now() - began).toBeLessThan(1500);
    const refused = { code: "UNAVAILABLE", message: expect.stringMatching(/ECONNREFUSED.*nothing listens/) };
    await expect(lookup([gone])).rejects.toMatchObject(refused);
    await expect(lookup([gone], { preferTcp: true })).rejects.toMatchObject(refused);
  });

  it("three hundred SRV records with their addresses come by TCP", async () => {
    const numbers = Array.from({ length: 300 }, (_, index) => index);
    const all = {
      answers: numbers.map((number) => srv(NAME, `n${number}.example`, 7000 + number)),
      additionals: numbers.map((number) => a(`n${number}.example`, `10.1.${number >> 8}.${number & 255}`)),
    };
    const ways: string[] = [];
    const server = await serving(({ way }) => {
      ways.push(way);
      return way === "udp" ? { isTruncated: true } : all;
    });
    const options = { name: NAME, servers: [server.address] };
    expect(await dnsDiscovery(options).lookup()).toHaveLength(300);
    expect(await dnsDiscovery({ ...options, preferTcp: true }).lookup()).toHaveLength(300);
    expect(ways).toEqual(["udp", "tcp", "tcp"]);
  });

  it("what a server leaves out without saying so is there with preferTcp", async () => {
    const two = { answers: [...good.answers, a(NAME, "10.1.0.2")] };
    const server = await serving(({ way }) => (way === "udp" ? good : two));
    expect(await lookup([server])).toHaveLength(1);
    expect(await lookup([server], { preferTcp: true })).toHaveLength(2);
  });

  it("messages by TCP may come in any pieces, and others before the right one", async () => {
    const answers: ((query: ReceivedQuery) => Buffer)[] = [
      (query) => respond(query, { ...evil, id: (query.id + 1) % 0x1_0000 }),
      (query) => respond(query, good),
    ];
    const tcp = createServer((socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.once("data", async (bytes) => {
        const query = readQuery(bytes.subarray(2));
        const framed = answers.flatMap((answer) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer(query).length);
          return [length, answer(query)];
        });
        for (const byte of Buffer.concat(framed)) await new Promise((sent) => socket.write(Buffer.of(byte), sent));
      });
    });
    await new Promise<void>((listening) => tcp.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void tcp.close());
    const { port } = tcp.address() as { port: number };
    const options = { name: NAME, port: 7337, type: "A", servers: [`127.0.0.1:${port}`], preferTcp: true } as const;
    expect(await dnsDiscovery(options).lookup()).toEqual(found);
  });

  it("a server that hangs up in the middle of an answer has failed", async () => {
    const tcp = createServer((socket) => {
      socket.once("data", () => socket.end(Buffer.from([1, 0, 7])));
    });
    await new Promise<void>((listening) => tcp.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void tcp.close());
    const { port } = tcp.address() as { port: number };
    const options = { name: NAME, port: 7337, type: "A", servers: [`127.0.0.1:${port}`], preferTcp: true } as const;
    const error = {
      code: "UNAVAILABLE",
      message: expect.stringMatching(new RegExp(`${port} .*closed the connection`)),
    };
    await expect(dnsDiscovery(options).lookup()).rejects.toMatchObject(error);
  });

  it("no socket is left after an answer, a failure, a time-out, an abort", async () => {
    const opened = () =>
      process.getActiveResourcesInfo().filter((kind) => /UDP|TCPSocket|GetAddrInfo/.test(kind)).length;
    const server = await serving(({ name }) => {
      if (name === NAME) return [good, { ...good, afterMs: 50 }];
      return name === "silent.example" ? undefined : { rcode: SERVFAIL };
    });
    const before = opened();
    await lookup([server]);
    await lookup([server], { preferTcp: true });
    await lookup([server], { name: "broken.example" }).catch(() => {});
    for (const preferTcp of [false, true]) {
      const silent = { name: "silent.example", preferTcp, timeoutMs: 50, retransmitMs: 5 };
      await lookup([server, server], silent).catch(() => {});
      const discovery = dnsDiscovery({ ...silent, servers: [server.address], timeoutMs: 3000 });
      const abort = new AbortController();
      const aborted = discovery.lookup({ signal: abort.signal });
      aborted.catch(() => {});
      await vi.waitFor(() => expect(opened()).toBeGreaterThan(before));
      abort.abort();
      await aborted.catch(() => {});
    }
    // The server's ends of the connections go a moment later.
    await vi.waitFor(() => expect(opened()).toBeLessThanOrEqual(before));
  });
});
