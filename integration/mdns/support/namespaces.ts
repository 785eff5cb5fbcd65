import { run, which } from "../../servers/run.ts";

/** That network namespaces can be made, and what makes them. */
export interface Namespaces {
  readonly description: string;
}

/** @throws Error that says what is missing */
export async function findNamespaces(): Promise<Namespaces> {
  if (process.platform !== "linux") throw new Error("network namespaces are a thing of Linux");
  if (which("ip") === undefined) throw new Error("the program ip is missing; it is in the package iproute2");
  const name = nextName("probe");
  await run(["ip", "netns", "add", name]).catch((cause) => {
    throw new Error(`network namespaces cannot be made here, run as root: ${(cause as Error).message}`, { cause });
  });
  await run(["ip", "netns", "delete", name]);
  return { description: (await run(["ip", "-V"])).trim() };
}

let made = 0;

function nextName(kind: string): string {
  return `rc${process.pid}-${kind}${++made}`;
}

/** A machine with a network of its own. */
export class Host implements AsyncDisposable {
  readonly name: string;
  #attached = 0;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(): Promise<Host> {
    const host = new Host(nextName("host"));
    await run(["ip", "netns", "add", host.name]);
    // Link-local addresses are to be used at once: nobody else is here to have the same.
    await run([...host.prefix, "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad"]);
    await host.ip("link", "set", "lo", "up");
    return host;
  }

  /** What runs a program on this machine. */
  get prefix(): [string, ...string[]] {
    return ["ip", "netns", "exec", this.name];
  }

  ip(...args: string[]): Promise<string> {
    return run(["ip", "-n", this.name, ...args]);
  }

  /**
   * Connects it to a network. @param address such as 10.1.0.1/24; without one it has IPv6 link-local alone
   * @returns the name of its interface
   */
  async attach(network: Ethernet, address?: string): Promise<string> {
    const name = `net${this.#attached++}`;
    await network.connect(this, name);
    await this.#bringUp(name, address);
    return name;
  }

  /** Takes an interface away and makes it again, with the same name, hardware address and address. */
  async replace(network: Ethernet, name: string, address: string): Promise<void> {
    const [link] = JSON.parse(await this.ip("-json", "link", "show", name));
    await this.ip("link", "delete", name);
    await network.connect(this, name, ["address", link.address]);
    await this.#bringUp(name, address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "delete", this.name]);
  }

  async #bringUp(name: string, address?: string): Promise<void> {
    if (address !== undefined) await this.ip("address", "add", address, "dev", name);
    await this.ip("link", "set", name, "up");
  }
}

/** A network of machines: a bridge in a namespace of its own. */
export class Ethernet implements AsyncDisposable {
  readonly #name = nextName("net");
  #ports = 0;

  private constructor() {}

  static async create(): Promise<Ethernet> {
    const network = new Ethernet();
    await run(["ip", "netns", "add", network.#name]);
    await network.#ip("link", "add", "bridge", "type", "bridge", "mcast_snooping", "0");
    await network.#ip("link", "set", "bridge", "up");
    return network;
  }

  /** @param properties of the interface, as `ip link add` takes them */
  async connect(host: Host, interfaceName: string, properties: readonly string[] = []): Promise<void> {
    const port = `port${this.#ports++}`;
    const link = ["link", "add", interfaceName, ...properties];
    await host.ip(...link, "type", "veth", "peer", "name", port, "netns", this.#name);
    await this.#ip("link", "set", port, "master", "bridge", "up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "delete", this.#name]);
  }

  #ip(...args: string[]): Promise<string> {
    return run(["ip", "-n", this.#name, ...args]);
  }
}
