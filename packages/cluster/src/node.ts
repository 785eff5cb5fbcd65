import { type Endpoint, formatEndpoint, isHost, isPort, parseEndpoint } from "@rollcall/core";
import { ClusterError } from "./cluster-error.js";

/** "Somebody at that address": a system name, a host and a port, whichever process answers there. */
export class Node implements Endpoint {
  constructor(system: string, host: string, port: number) {
    if (!isSystemName(system)) {
      throw new ClusterError(
        "INVALID_SETTING",
        `${JSON.stringify(system)} is not a system name: use 1 to 64 letters, digits, dots, dashes and underscores.`,
      );
    }
    if (typeof host !== "string" || !isHost(host))
      throw new ClusterError("INVALID_SETTING", `${JSON.stringify(host)} is neither a host name nor an IP address.`);
    if (!isPort(port))
      throw new ClusterError("INVALID_SETTING", `${String(port)} is not a port: use a whole number from 1 to 65535.`);
    this.system = system;
    this.host = host;
    this.port = port;
    this.address = formatEndpoint(this);
  }

  readonly system: string;
  /** Host name or IP address, as the node advertises it; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, with brackets around IPv6. */
  readonly address: string;

  /**
   * Reads `system@host:port`, or `host:port` when `system` is given.
   *
   * @throws DiscoveryError `INVALID_ENDPOINT` or ClusterError `INVALID_SETTING`, with the offending text
   */
  static parse(text: string, system?: string): Node {
    const at = text.lastIndexOf("@");
    const name = at < 0 ? system : text.slice(0, at);
    if (name === undefined) {
      throw new ClusterError("INVALID_SETTING", `${JSON.stringify(text)} names no system: write system@host:port.`);
    }
    const { host, port } = parseEndpoint(text.slice(at + 1));
    return new Node(name, host, port);
  }

  /** `system@host:port` */
  toString(): string {
    return `${this.system}@${this.address}`;
  }
}

/** One incarnation of a {@link Node}: the same address after a restart is another `UniqueNode`. */
export class UniqueNode extends Node {
  constructor(system: string, host: string, port: number, id: string) {
    super(system, host, port);
    if (!isNodeId(id))
      throw new ClusterError("INVALID_SETTING", `${JSON.stringify(id)} is not a node id: use 16 hexadecimal digits.`);
    this.id = id;
    this.#hostKey = hostKey(host);
  }

  /** 64 random bits as 16 hexadecimal digits. */
  readonly id: string;
  readonly #hostKey: string;

  /** See {@link compareNodes}. */
  static compare(a: UniqueNode, b: UniqueNode): number {
    if (a.#hostKey !== b.#hostKey) return a.#hostKey < b.#hostKey ? -1 : 1;
    if (a.port !== b.port) return a.port - b.port;
    return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
  }

  /**
   * The node that was made of these before, if anybody in this process still holds it, or else a new one. What others
   * say of nodes is about the same few again and again; and where a test has a thousand systems in one process, each of
   * them would have its own copy of all the others.
   */
  static of(system: string, host: string, port: number, id: string): UniqueNode {
    const known = made.get(id)?.deref();
    if (known !== undefined && known.host === host && known.port === port && known.system === system) return known;
    const node = new UniqueNode(system, host, port, id);
    made.set(id, new WeakRef(node));
    forgotten.register(node, id);
    return node;
  }

  /** `system@host:port#id` */
  override toString(): string {
    return `${super.toString()}#${this.id}`;
  }
}

const made = new Map<string, WeakRef<UniqueNode>>();
const forgotten = new FinalizationRegistry((id: string) => {
  // Another may have been made of the same id meanwhile.
  if (made.get(id)?.deref() === undefined) made.delete(id);
});

/** Whether a text may name a system. */
export function isSystemName(text: unknown): text is string {
  return typeof text === "string" && /^[\w.-]{1,64}$/.test(text);
}

/** Whether a text may be the id of an incarnation. */
function isNodeId(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{16}$/.test(text);
}

/**
 * The order that leadership and tie-breaks go by: host (IPv4 addresses by number, everything else by code unit), then
 * port, then id. Every node computes the same.
 */
export function compareNodes(a: UniqueNode, b: UniqueNode): number {
  return UniqueNode.compare(a, b);
}

const IPV4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/** A text that sorts as the host should. */
function hostKey(host: string): string {
  const octets = IPV4.exec(host);
  return octets === null ? host : String.fromCharCode(...octets.slice(1).map(Number));
}
