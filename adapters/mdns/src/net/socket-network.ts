import { networkInterfaces } from "node:os";
import { type Clock, type DiscoveryError, type Timer, toDiscoveryError } from "@rollcall/core";
import type { Message, Peer } from "../dns/message.js";
import { type LinkSpec, missingInterfaces, selectLinks, subnetTest } from "./interfaces.js";
import { linkError, noLink } from "./link-error.js";
import type { Network, NetworkListener, OpenNetwork } from "./network.js";
import { SleepDetector } from "./sleep-detector.js";
import { SocketLink } from "./socket-link.js";

export interface SocketNetworkOptions {
  /** For errors. */
  readonly name: string;
  readonly port: number;
  /** See {@link selectLinks}. */
  readonly interfaces: readonly string[] | undefined;
  readonly interfacePollMs: number;
  readonly clock: Clock;
}

/** The machine's interfaces, looked at now and then: the system does not say when one comes or goes. */
export function socketNetwork(options: SocketNetworkOptions): Network {
  return { open: (listener) => new OpenSocketNetwork(options, listener) };
}

class OpenSocketNetwork implements OpenNetwork {
  readonly ready: Promise<void>;
  readonly #options: SocketNetworkOptions;
  readonly #listener: NetworkListener;
  /** Those that are up or about to be. */
  readonly #links = new Map<string, SocketLink>();
  readonly #up = new Set<SocketLink>();
  /** Why links are not there, by key; what lasts is said once. */
  readonly #problems = new Map<string, DiscoveryError>();
  readonly #sleep: SleepDetector;
  #isInAnySubnet: (address: string) => boolean = () => false;
  #poll: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SocketNetworkOptions, listener: NetworkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#sleep = new SleepDetector(options.clock);
    this.ready = this.#lookAgainAndAgain().then(() => {
      if (this.#up.size === 0 && !this.#closing) throw this.#noLink();
    });
    this.ready.catch(() => {}); // for whoever closes without waiting
  }

  close(): Promise<void> {
    this.#poll?.cancel();
    this.#closing ??= Promise.all([...this.#links.values()].map((link) => link.close())).then(() => {});
    return this.#closing;
  }

  async #lookAgainAndAgain(): Promise<void> {
    const { clock, interfacePollMs, name } = this.#options;
    const next = () => {
      this.#lookAgainAndAgain().catch((cause) => this.#listener.lost(toDiscoveryError(cause, name)));
    };
    try {
      await this.#look();
    } finally {
      if (!this.#closing) this.#poll = clock.schedule(interfacePollMs, next);
    }
  }

  /** Opens what is new, closes what is gone, opens again what is another now. */
  async #look(): Promise<void> {
    const { interfaces, interfacePollMs } = this.#options;
    const all = networkInterfaces();
    const slept = this.#sleep.hasSlept(interfacePollMs);
    this.#isInAnySubnet = subnetTest(
      Object.values(all).flatMap((infos = []) => infos.flatMap(({ cidr }) => cidr ?? [])),
    );
    const specs = new Map(selectLinks(all, interfaces).map((spec) => [spec.key, spec]));
    for (const key of this.#problems.keys()) if (!specs.has(key)) this.#problems.delete(key);
    for (const link of [...this.#links.values()]) {
      const spec = specs.get(link.key);
      const isAnother = spec?.identity !== link.spec.identity || (this.#up.has(link) && link.hasLostGroup());
      if (isAnother) this.#drop(link);
      else this.#update(link, spec, slept);
    }
    await Promise.all([...specs.values()].filter(({ key }) => !this.#links.has(key)).map((spec) => this.#open(spec)));
  }

  async #open(spec: LinkSpec): Promise<void> {
    const link: SocketLink = new SocketLink(spec, this.#options.port, {
      received: (message, from) => this.#received(link, message, from),
      failed: (cause) => this.#failed(link, cause),
    });
    this.#links.set(link.key, link);
    try {
      await link.opened;
    } catch (cause) {
      return this.#failed(link, cause as Error);
    }
    if (this.#closing || this.#links.get(link.key) !== link) return;
    this.#up.add(link);
    this.#listener.linkUp(link);
  }

  /**
   * Linux gives a packet for a multicast group to every socket on the port, whichever interface it came by, unless the
   * socket forbids it, which Node.js cannot. Where it came from tells: a link-local address by its zone, another one by
   * the subnets. An address in nobody's subnet can have come by any link (RFC 6762 section 11 lets it pass).
   */
  #received(link: SocketLink, message: Message, from: Peer): void {
    if (!this.#up.has(link) || this.#closing) return;
    const [, zone] = from.address.split("%", 2);
    const isHere = zone === undefined ? link.isLocal(from.address) : zone === link.zone;
    if (isHere || (zone === undefined && !this.#isInAnySubnet(from.address))) {
      this.#listener.received(link, message, from);
    }
  }

  #update(link: SocketLink, spec: LinkSpec, slept: boolean): void {
    this.#problems.delete(link.key); // it has worked since the last look
    const before = [...link.addresses].sort().join();
    link.update(spec);
    const changed = slept || before !== [...spec.addresses].sort().join();
    if (changed && this.#up.has(link)) this.#listener.linkChanged(link);
  }

  /** The next look tries again. */
  #failed(link: SocketLink, cause: Error): void {
    if (this.#closing || this.#links.get(link.key) !== link) return;
    const problem = linkError(this.#options.name, link.key, link.port, cause);
    const isNews = this.#problems.get(link.key)?.message !== problem.message;
    this.#problems.set(link.key, problem);
    if (isNews) this.#listener.problem(problem);
    this.#drop(link);
  }

  #drop(link: SocketLink): void {
    this.#links.delete(link.key);
    void link.close();
    if (!this.#up.delete(link)) return;
    this.#listener.linkDown(link);
    if (this.#up.size === 0) this.#listener.lost(this.#noLink());
  }

  #noLink(): DiscoveryError {
    const { name, interfaces } = this.#options;
    return noLink(name, [...this.#problems.values()], missingInterfaces(networkInterfaces(), interfaces));
  }
}
