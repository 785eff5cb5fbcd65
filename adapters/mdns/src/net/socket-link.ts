import { createSocket, type Socket } from "node:dgram";
import makeMdns, { type MulticastDNS } from "multicast-dns";
import type { Message, Peer } from "../dns/message.js";
import { type DecodedPacket, fromPacket, toPacket } from "../dns/wire.js";
import { type LinkSpec, subnetTest } from "./interfaces.js";
import type { Link } from "./network.js";

const GROUPS = Object.freeze({ IPv4: "224.0.0.251", IPv6: "ff02::fb" });
/** So that receivers can tell a packet that crossed a router (RFC 6762 section 11). */
const TTL = 255;

export interface SocketLinkListener {
  received(message: Message, from: Peer): void;
  /** The socket is of no use any more. */
  failed(error: Error): void;
}

/**
 * A socket of its own for one interface and family, by `multicast-dns`. Bound to the wildcard address, as one bound to
 * the interface's address would receive no multicast.
 */
export class SocketLink implements Link {
  readonly port: number;
  readonly #listener: SocketLinkListener;
  readonly #socket: Socket;
  readonly #mdns: MulticastDNS;
  readonly #opened: Promise<void>;
  #giveUp: () => void = () => {};
  readonly #sending = new Set<Promise<void>>();
  #spec: LinkSpec;
  #isLocal: (address: string) => boolean;
  #closing: Promise<void> | undefined;

  constructor(spec: LinkSpec, port: number, listener: SocketLinkListener) {
    this.#spec = spec;
    this.#isLocal = subnetTest(spec.subnets);
    this.port = port;
    this.#listener = listener;
    const type = spec.family === "IPv4" ? "udp4" : "udp6";
    const socket = createSocket({ type, reuseAddr: true, ipv6Only: type === "udp6" });
    socket.on("listening", () => socket.setTTL(TTL));
    this.#socket = socket;
    this.#mdns = makeMdns({
      ...{ socket, type, port, ip: GROUPS[spec.family], interface: spec.multicastInterface, ttl: TTL },
      bind: spec.family === "IPv4" ? "0.0.0.0" : "::",
    } as Parameters<typeof makeMdns>[0]);
    this.#mdns.on("packet", (packet: DecodedPacket, from: Peer) => this.#received(packet, from));
    this.#opened = this.#open();
  }

  get key() {
    return this.#spec.key;
  }
  get zone() {
    return this.#spec.zone;
  }
  get isLoopback() {
    return this.#spec.isLoopback;
  }
  get addresses() {
    return this.#spec.addresses;
  }
  get spec(): LinkSpec {
    return this.#spec;
  }

  /** Rejects with the system's error when the socket cannot be bound or the group not be joined. Settles on close. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** The same interface with other addresses. */
  update(spec: LinkSpec): void {
    this.#spec = spec;
    this.#isLocal = subnetTest(spec.subnets);
  }

  isLocal(address: string): boolean {
    return this.#isLocal(address);
  }

  /**
   * Whether the interface was taken away and made again since the link was opened: the membership of the group is gone
   * with the old one, although name and addresses may be the same and the socket gives no error. To be asked of a link
   * that is open; true once, as asking joins again.
   */
  hasLostGroup(): boolean {
    const { family, multicastInterface } = this.#spec;
    try {
      this.#socket.addMembership(GROUPS[family], multicastInterface);
      return true;
    } catch {
      return false; // Who is a member is refused: EADDRINUSE, on Windows EADDRNOTAVAIL.
    }
  }

  send(message: Message, to?: Peer): Promise<void> {
    if (this.#closing) return Promise.resolve();
    const sending = new Promise<void>((resolve) => {
      const done = (error?: Error | null) => {
        // An asker that cannot be reached says nothing about the link, and a full buffer is one more lost packet.
        const matters = error && to === undefined && (error as NodeJS.ErrnoException).code !== "ENOBUFS";
        if (matters && !this.#closing) this.#listener.failed(error);
        resolve();
      };
      const packet = toPacket(message) as never;
      // Left out rather than undefined: the library tells its forms of call apart by what is there.
      const where = to ? [{ address: to.address, port: to.port }] : [];
      const method = message.kind === "query" ? this.#mdns.query : this.#mdns.respond;
      (method as (...args: unknown[]) => void)(packet, ...where, done);
    });
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
    return sending;
  }

  /** Closes the socket as soon as what was sent has left. Nothing is received any more. */
  close(): Promise<void> {
    this.#giveUp();
    this.#closing ??= Promise.all(this.#sending).then(
      () => new Promise<void>((resolve) => this.#mdns.destroy(() => resolve())),
    );
    return this.#closing;
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = resolve;
      let trouble: Error | undefined;
      let joined = false;
      let ready = false;
      this.#mdns.on("networkInterface", () => {
        joined = true;
      });
      this.#mdns.on("warning", (error: Error & { syscall?: string }) => {
        // Packets that cannot be decoded arrive here too. They are somebody else's trouble.
        if (!ready) trouble ??= error;
        else if (error.syscall !== undefined && !this.#closing) this.#listener.failed(error);
      });
      this.#mdns.on("error", (error: Error) => {
        reject(error);
        if (ready && !this.#closing) this.#listener.failed(error);
      });
      this.#mdns.on("ready", () => {
        ready = true;
        if (joined) resolve();
        else reject(trouble ?? new Error("the multicast group could not be joined"));
      });
    });
  }

  #received(packet: DecodedPacket, from: Peer): void {
    if (this.#closing) return;
    const message = fromPacket(packet);
    // RFC 6762 section 6: answers come from the port itself.
    if (message === undefined || (message.kind === "response" && from.port !== this.port)) return;
    this.#listener.received(message, from);
  }
}
