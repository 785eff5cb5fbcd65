import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ServiceInstance } from "@rollcall/core";

export interface PeersOptions {
  readonly port: number;
  readonly user?: { readonly name: string; readonly password: string };
  /** Speak TLS, and trust this authority. */
  readonly ca?: string;
}

interface Peer {
  readonly service: string;
  readonly instance: ServiceInstance;
  readonly lease: string;
  readonly ttlMs: number;
}

const HEARTBEAT_MS = 1_000;
const TTL_MS = 5_000;
/** With more than so many, those that are put say less often that they live. */
const FEW = 100;
const PATIENT_TTL_MS = 120_000;
const RECONNECT_MS = 20;
const GATHER_MS = 300;

/**
 * Others that are announced, as the documentation says it is done, in words of their own: one connection that speaks
 * NATS's protocol as text, with no library at all. It comes back when the server does.
 */
export class NatsPeers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #pongs: (() => void)[] = [];
  readonly #inboxes = new Map<string, (text: string) => void>();
  readonly #heartbeats: NodeJS.Timeout;
  #socket: Socket | undefined;
  #connected: (() => void)[] = [];
  #count = 0;
  #reversed = false;
  #closed = false;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#heartbeats = setInterval(() => this.#beat(), HEARTBEAT_MS);
    void this.#run();
  }

  /** Resolves when everybody who asks is answered with them, and everybody who listens has been told. */
  async put(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    const ttlMs = instances.length > FEW ? PATIENT_TTL_MS : TTL_MS;
    await this.ready();
    for (const instance of instances) {
      const key = keyOf(service, instance);
      const lease = this.#peers.get(key)?.lease ?? `peer-${++this.#count}`;
      this.#peers.set(key, { service, instance, lease, ttlMs });
      this.#say(`${service}.alive`, alive(this.#peers.get(key) as Peer));
    }
    await this.#flush();
  }

  async remove(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    await this.ready();
    for (const instance of instances) {
      const peer = this.#peers.get(keyOf(service, instance));
      this.#peers.delete(keyOf(service, instance));
      if (peer) this.#say(`${service}.bye`, { v: 1, lease: peer.lease });
    }
    await this.#flush();
  }

  /** Everybody says that it lives, and from now on in the opposite order. */
  async reverse(): Promise<void> {
    this.#reversed = !this.#reversed;
    for (const peer of this.#inOrder()) this.#say(`${peer.service}.alive`, alive(peer));
    await this.#flush();
  }

  async say(subject: string, text: string): Promise<void> {
    await this.ready();
    this.#say(subject, text);
    await this.#flush();
  }

  /** Who answers, these included. */
  async ids(service: string): Promise<string[]> {
    await this.ready();
    const found = new Set<string>();
    const inbox = `rollcall.${service}.here.peers${++this.#count}`;
    this.#inboxes.set(inbox, (text) => {
      if (text !== "") found.add(JSON.parse(text).id);
    });
    this.#write(`SUB ${inbox} ${this.#count + 10}\r\nPUB rollcall.${service}.who ${inbox} 7\r\n{"v":1}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    this.#inboxes.delete(inbox);
    return [...found];
  }

  /** Resolves when it is connected, and listens for questions. */
  ready(): Promise<void> {
    if (this.#socket) return Promise.resolve();
    return new Promise((resolve) => this.#connected.push(resolve));
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeats);
    this.#socket?.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      await this.#connection().catch(() => {});
      this.#socket = undefined;
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  async #connection(): Promise<void> {
    const { port, user, ca } = this.#options;
    let socket: Socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    // The server speaks first, in plain text.
    await once(socket, "data");
    if (ca !== undefined) {
      socket = connectTls({ socket, ca, host: "127.0.0.1" });
      socket.on("error", () => {});
      await once(socket, "secureConnect");
    }
    const over = once(socket, "close");
    const credentials = user && { user: user.name, pass: user.password };
    const hello = JSON.stringify({ verbose: false, protocol: 1, lang: "text", version: "1", ...credentials });
    socket.write(`CONNECT ${hello}\r\nSUB rollcall.*.who 1\r\nPING\r\n`);
    this.#read(socket, () => {
      this.#socket = socket;
      this.#beat();
      for (const connected of this.#connected.splice(0)) connected();
    });
    await over;
  }

  #read(socket: Socket, onFirstPong: () => void): void {
    let rest = "";
    let isFirst = true;
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const [verb, subject = "", ...more] = rest.slice(0, end).split(" ");
        const length = verb === "MSG" ? Number(more.at(-1)) + 2 : 0;
        if (rest.length < end + 2 + length) return;
        const text = rest.slice(end + 2, end + length);
        rest = rest.slice(end + 2 + length);
        if (verb === "PING") socket.write("PONG\r\n");
        if (verb === "PONG" && isFirst) onFirstPong();
        else if (verb === "PONG") this.#pongs.shift()?.();
        if (verb === "PONG") isFirst = false;
        if (verb === "MSG") this.#received(subject, more.length > 2 ? more[1] : undefined, text);
      }
    });
  }

  #received(subject: string, reply: string | undefined, text: string): void {
    this.#inboxes.get(subject)?.(text);
    if (!subject.endsWith(".who") || reply === undefined) return;
    for (const peer of this.#inOrder()) {
      if (subject === `rollcall.${peer.service}.who`) this.#publish(reply, JSON.stringify(alive(peer)));
    }
  }

  #beat(): void {
    const isTurnOfAll = this.#count++ % (PATIENT_TTL_MS / TTL_MS) === 0;
    for (const peer of this.#inOrder()) {
      if (peer.ttlMs === TTL_MS || isTurnOfAll) this.#say(`${peer.service}.alive`, alive(peer));
    }
  }

  #inOrder(): Peer[] {
    const peers = [...this.#peers.values()];
    return this.#reversed ? peers.reverse() : peers;
  }

  #say(subject: string, message: object | string): void {
    this.#publish(`rollcall.${subject}`, typeof message === "string" ? message : JSON.stringify(message));
  }

  #publish(subject: string, text: string): void {
    this.#write(`PUB ${subject} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
  }

  #write(text: string): void {
    this.#socket?.write(text);
  }

  #flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#pongs.push(resolve);
      this.#write("PING\r\n");
    });
  }
}

function alive({ instance: { host, port, id, metadata }, lease, ttlMs }: Peer): object {
  return { v: 1, lease, ttlMs, host, port, id, meta: metadata };
}

function keyOf(service: string, { id, host, port }: ServiceInstance): string {
  return `${service} ${id ?? `${host} ${port}`}`;
}
