import type { Clock, Random, ServiceInstance, Timer } from "@rollcall/core";
import type { Message, Peer } from "../dns/message.js";
import type { Link } from "../net/network.js";
import { LinkBrowser } from "./link-browser.js";
import { assemble } from "./listing.js";

export interface BrowserOptions {
  readonly type: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly firstListingMs: number;
  readonly settleMs: number;
  readonly maxInstances: number;
  readonly onListing: (instances: ServiceInstance[]) => void;
  /** More instances than `maxInstances` are there; some are left out. */
  readonly onOverflow: () => void;
}

/** Changes that come in packets right after one another make one listing. */
const COALESCE_MS = 20;

/** Browses on every link, and says who was found: first after a short while of gathering, then at each change. */
export class Browser {
  readonly #options: BrowserOptions;
  readonly #links = new Map<string, LinkBrowser>();
  #timer: Timer | undefined;
  /** Until when to gather at most; undefined once the first listing is out. */
  #gatherUntil: number | undefined;
  #stopped = false;

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.#gatherUntil = options.clock.now() + options.firstListingMs;
    this.#schedule(options.firstListingMs);
  }

  linkUp(link: Link): void {
    this.#links.get(link.key)?.stop();
    const options = { ...this.#options, link, onChange: () => this.#changed() };
    this.#links.set(link.key, new LinkBrowser(options));
  }

  linkChanged(link: Link): void {
    this.#links.get(link.key)?.restart();
    this.#changed();
  }

  /** What was found on this link alone can no longer be reached, and is no longer listed. */
  linkDown(link: Link): void {
    this.#links.get(link.key)?.stop();
    if (this.#links.delete(link.key)) this.#changed();
  }

  received(link: Link, message: Message, from: Peer): void {
    this.#links.get(link.key)?.received(message, from);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    for (const browser of this.#links.values()) browser.stop();
  }

  #changed(): void {
    if (this.#stopped) return;
    if (this.#gatherUntil === undefined) {
      if (this.#timer === undefined) this.#schedule(COALESCE_MS);
    } else {
      this.#schedule(Math.min(this.#options.settleMs, this.#gatherUntil - this.#options.clock.now()));
    }
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.schedule(Math.max(0, delayMs), () => {
      this.#timer = undefined;
      this.#publish();
    });
  }

  #publish(): void {
    const instances = assemble(this.#links.values());
    const gatherMs = (this.#gatherUntil ?? 0) - this.#options.clock.now();
    const incomplete = instances.length === 0 || [...this.#links.values()].some((link) => link.isResolving);
    if (gatherMs > 0 && incomplete) {
      this.#schedule(gatherMs);
    } else {
      this.#gatherUntil = undefined;
      this.#options.onListing(instances);
    }
  }
}
