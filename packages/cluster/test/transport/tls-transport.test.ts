import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { systemClock } from "@rollcall/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { quietLogger } from "../../src/logger.js";
import { TcpTransport } from "../../src/transport/tcp-transport.js";
import type { TlsSettings } from "../../src/transport/tls-settings.js";
import { TlsTransport } from "../../src/transport/tls-transport.js";
import type { Connection, ConnectionHandler, Listener, Transport } from "../../src/transport/transport.js";
import { TestAuthority } from "../support/certificates.js";

const { signal } = new AbortController();
const authority = await TestAuthority.create();
const stranger = await TestAuthority.create("somebody else's authority");

function tcp(): TcpTransport {
  return new TcpTransport({ maxFrameBytes: 100_000, maxUnsentBytes: 1_000_000 }, systemClock);
}

async function tls(settings: Partial<TlsSettings> = {}, handshakeTimeoutMs = 60_000): Promise<TlsTransport> {
  return new TlsTransport({
    settings: { ca: authority.certificate, ...(await authority.issue()), ...settings },
    tcp: tcp(),
    handshakeTimeoutMs,
    farewell: (reason) => Buffer.from(reason),
    clock: systemClock,
    logger: quietLogger,
  });
}

/** What one end heard: frames, then how it ended. */
class End implements ConnectionHandler {
  readonly frames: string[] = [];
  ended: { error: Error | undefined } | undefined;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.handle(this);
    onTestFinished(() => connection.destroy());
  }

  readonly onFrame = (frame: Uint8Array) => void this.frames.push(Buffer.from(frame).toString());
  readonly onClose = (error: Error | undefined) => {
    this.ended = { error };
  };
}

async function listen(transport: Transport): Promise<{ listener: Listener; port: number; ends: End[] }> {
  const ends: End[] = [];
  const at = { host: "127.0.0.1", port: 0 };
  const listener = await transport.listen(at, (connection) => ends.push(new End(connection)));
  onTestFinished(() => void listener.close());
  return { listener, port: listener.port, ends };
}

const dial = (from: Transport, port: number, host = "127.0.0.1") => from.connect({ host, port }, 60_000, signal);

async function pair(here: Transport, there: Transport): Promise<{ a: End; b: End; port: number }> {
  const { port, ends } = await listen(there);
  const a = new End(await dial(here, port));
  await vi.waitFor(() => expect(ends).toHaveLength(1));
  return { a, b: ends[0] as End, port };
}

/** However it ended: `once` would take a reset for a failure. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

const LONG = { timeout: 20_000 };

describe("two nodes with certificates of one authority", () => {
  it("talk, know each other's certificate and the same binding, and nobody else's", async () => {
    const [here, there] = [await tls(), await tls()];
    const { a, b, port } = await pair(here, there);
    a.connection.send(Buffer.from("hello"));
    await vi.waitFor(() => expect(b.frames).toEqual(["hello"]), LONG);
    b.connection.send(Buffer.from("x".repeat(50_000)));
    await vi.waitFor(() => expect(a.frames[0]).toHaveLength(50_000), LONG);
    expect(a.connection.channelBinding).toHaveLength(32);
    expect(a.connection.channelBinding).toEqual(b.connection.channelBinding);
    expect([a, b].map(({ connection }) => connection.peerCertificate?.subject)).toEqual(["CN=a node", "CN=a node"]);
    const other = await dial(here, port);
    expect(other.channelBinding).not.toEqual(a.connection.channelBinding);
    other.destroy();
    expect(here.explainTls()).toMatchObject({ connections: { older: 0 }, reloads: 0, mutual: true });
  });

  it("may have the key encrypted, and everything as bytes", async () => {
    const { certificate, key } = await authority.issue({ passphrase: "open sesame" });
    const bytes = {
      certificate: Buffer.from(certificate),
      key: Buffer.from(key),
      ca: [Buffer.from(authority.certificate)],
    };
    const { a, b } = await pair(await tls({ ...bytes, passphrase: "open sesame" }), await tls());
    a.connection.send(Buffer.from("hello"));
    await vi.waitFor(() => expect(b.frames).toEqual(["hello"]), LONG);
  });

  it("notice that the other one has gone, and hear nothing after they have closed", async () => {
    const { a, b } = await pair(await tls(), await tls());
    a.connection.send(Buffer.from("last words"));
    a.connection.close();
    await vi.waitFor(() => expect([a.ended, b.ended]).toEqual([{ error: undefined }, { error: undefined }]), LONG);
    expect(b.frames).toEqual(["last words"]);
  });
});

describe("who dials with a certificate that is not trusted", () => {
  it.each([
    ["of another authority", async () => stranger.issue(), "TLS_UNTRUSTED", /SELF_SIGNED|UNABLE|settings\.tls\.ca/],
    ["that has expired", async () => authority.issue({ fromMs: -20_000, untilMs: -10_000 }), "TLS_EXPIRED", /expired/],
  ] as const)("%s is told so over TLS, counted by address, and never heard", async (_, issue, code, why) => {
    const there = await tls();
    const { port, ends } = await listen(there);
    const { certificate, key } = await issue();
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.certificate, cert: certificate, key });
    const heard: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => heard.push(chunk)).on("error", () => {});
    socket.write(Buffer.from([0, 0, 0, 1, 65]));
    await closed(socket);
    expect(Buffer.concat(heard).toString()).toMatch(why);
    await vi.waitFor(() => expect(ends[0]?.ended?.error).toMatchObject({ code }), LONG);
    expect(ends[0]?.frames).toEqual([]);
    expect(there.explainTls()?.failures).toMatchObject([
      { address: "127.0.0.1", count: 1, code, message: expect.stringMatching(why) },
    ]);
  });

  it("or with none at all is told so", async () => {
    const there = await tls();
    const { port, ends } = await listen(there);
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.certificate });
    socket.resume().on("error", () => {});
    await closed(socket);
    await vi.waitFor(
      () =>
        expect(ends[0]?.ended?.error).toMatchObject({
          code: "TLS_UNTRUSTED",
          message: expect.stringContaining("not shown"),
        }),
      LONG,
    );
  });

  it("needs none where the settings say so", async () => {
    const { port, ends } = await listen(await tls({ mutual: false }));
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.certificate });
    onTestFinished(() => void socket.destroy());
    socket.write(Buffer.from([0, 0, 0, 1, 65]));
    await vi.waitFor(() => expect(ends[0]?.frames).toEqual(["A"]), LONG);
    expect(ends[0]?.connection.peerCertificate).toBeUndefined();
  });
});

describe("who is dialled and has a certificate that is not trusted", () => {
  it("of another authority is told so, and what dials fails with TLS_UNTRUSTED and says what to do", async () => {
    const there = await tls({ ...(await stranger.issue()), ca: [authority.certificate, stranger.certificate] });
    const { port, ends } = await listen(there);
    await expect(dial(await tls(), port)).rejects.toMatchObject({
      code: "TLS_UNTRUSTED",
      message: expect.stringMatching(/the node that answers .* settings\.tls\.ca/),
    });
    await vi.waitFor(() => expect(ends[0]?.frames).toEqual([expect.stringContaining("the node that answers")]), LONG);
    await vi.waitFor(() => expect(ends[0]?.ended).toBeDefined(), LONG);
  });

  it("for another name fails with TLS_NAME_MISMATCH, unless the settings say that the name is right, or matters not", async () => {
    const certificate = await authority.issue({ names: [{ type: "dns", value: "orders.internal" }] });
    const { port } = await listen(await tls(certificate));
    await expect(dial(await tls(), port)).rejects.toMatchObject({
      code: "TLS_NAME_MISMATCH",
      message: expect.stringMatching(/127\.0\.0\.1.*settings\.tls\.serverName/s),
    });
    const asked: unknown[] = [];
    const rules: TlsSettings["serverName"][] = [
      "orders.internal",
      false,
      (dialled) => {
        asked.push(dialled);
        return "orders.internal";
      },
    ];
    for (const serverName of rules) (await dial(await tls({ serverName }), port)).destroy();
    expect(asked).toEqual([{ host: "127.0.0.1", port }]);
    await expect(dial(await tls({ serverName: "billing.internal" }), port)).rejects.toMatchObject({
      code: "TLS_NAME_MISMATCH",
    });
  });
});

describe("where one side speaks no TLS", () => {
  it("a node with TLS that dials one without fails with TLS_PLAINTEXT, and the other knows why, too", async () => {
    const { port, ends } = await listen(tcp());
    await expect(dial(await tls(), port)).rejects.toMatchObject({
      code: "TLS_PLAINTEXT",
      message: expect.stringContaining("settings.tls"),
    });
    await vi.waitFor(() => expect(ends[0]?.ended?.error).toMatchObject({ code: "TLS_PLAINTEXT" }), LONG);
  });

  it("a node without TLS that dials one with it is cut off with TLS_PLAINTEXT, and counted by address", async () => {
    const there = await tls();
    const { port, ends } = await listen(there);
    for (let at = 0; at < 3; at++) {
      const end = new End(await dial(tcp(), port));
      end.connection.send(Buffer.from("an offer"));
      await vi.waitFor(() => expect(end.ended).toEqual({ error: undefined }), LONG);
      await vi.waitFor(() => expect(ends[at]?.ended?.error).toMatchObject({ code: "TLS_PLAINTEXT" }), LONG);
    }
    expect(there.explainTls()?.failures).toMatchObject([{ address: "127.0.0.1", count: 3, code: "TLS_PLAINTEXT" }]);
  });

  it("who connects and says nothing, or half of it, is a connection from the start, so that his time runs", async () => {
    const there = await tls();
    const { port, ends } = await listen(there);
    const socket = connectTcp({ host: "127.0.0.1", port });
    socket.on("error", () => {});
    socket.write(Buffer.from([0x16, 0x03]));
    await vi.waitFor(() => expect(ends).toHaveLength(1), LONG);
    const [end] = ends;
    expect([end?.connection.send(Buffer.from("nothing to say")), end?.ended]).toEqual([false, undefined]);
    end?.connection.destroy();
    await closed(socket.resume());
    await vi.waitFor(
      () => expect(there.explainTls()?.failures).toMatchObject([{ address: "127.0.0.1", code: "TLS_FAILED" }]),
      LONG,
    );
  });

  it("who accepts and says nothing is given up in the time of a handshake", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on("error", () => {})));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    await expect(dial(await tls({}, 50), port)).rejects.toMatchObject({ code: "HANDSHAKE_TIMED_OUT" });
  });

  it("what ends the connection fails with TLS_FAILED; an abort with its reason", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).destroy());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(dial(await tls(), port)).rejects.toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("settings.tls"),
    });
    const reason = new Error("changed my mind");
    const transport = await tls();
    await expect(transport.connect({ host: "127.0.0.1", port }, 60_000, AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });
});

describe("versions of TLS", () => {
  it("a peer with 1.2 only fails with TLS_VERSION on both sides, unless 1.2 is allowed", async () => {
    const there = await tls();
    const { port, ends } = await listen(there);
    const own = await authority.issue();
    const options = {
      host: "127.0.0.1",
      ca: authority.certificate,
      cert: own.certificate,
      key: own.key,
      maxVersion: "TLSv1.2",
    } as const;
    const [error] = await once(connectTls({ ...options, port }), "error");
    expect(error).toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
    await vi.waitFor(() => expect(ends[0]?.ended?.error).toMatchObject({ code: "TLS_VERSION" }), LONG);
    expect(there.explainTls()?.failures).toMatchObject([{ code: "TLS_VERSION" }]);

    const lenient = await listen(await tls({ minVersion: "TLSv1.2" }));
    const socket = connectTls({ ...options, port: lenient.port });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    expect(socket.getProtocol()).toBe("TLSv1.2");
  });
});
