import type { Change, SwimNetwork } from "./swim-network.ts";

/** How long members counted as unreachable with others, from the moment it is made. */
export class Outages {
  /** How often somebody became unreachable with somebody. */
  verdicts = 0;
  /** How often somebody became suspect with somebody. */
  suspicions = 0;
  readonly #network: SwimNetwork;
  readonly #since = new Map<number, number>();
  readonly #over: number[] = [];

  /** @param counts which changes are of interest; default all */
  constructor(network: SwimNetwork, counts: (change: Change) => boolean = () => true) {
    this.#network = network;
    const { nodes } = network;
    network.onChange = (change) => {
      if (!counts(change)) return;
      const { at, from, observer, subject, to } = change;
      const pair = observer * nodes.length + subject;
      if (to === "suspect") this.suspicions++;
      if (to === "unreachable") {
        this.verdicts++;
        this.#since.set(pair, at);
      } else if (from === "unreachable") {
        this.#over.push(at - (this.#since.get(pair) ?? at));
        this.#since.delete(pair);
      }
    };
  }

  /** The longest one, in milliseconds, also if it is not over; 0 if there was none. */
  get longestMs(): number {
    const lasting = [...this.#since.values()].map((since) => this.#network.now - since);
    return [...this.#over, ...lasting].reduce((longest, ms) => Math.max(longest, ms), 0);
  }

  /** How many lasted as long as a time-out of a second would allow, and got their subjects downed. */
  get downed(): number {
    const lasting = [...this.#since.values()].map((since) => this.#network.now - since);
    return [...this.#over, ...lasting].filter((ms) => ms >= 1000).length;
  }
}
