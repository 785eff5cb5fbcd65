export interface CrowdLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

/** What there is room for: to be heard, to be told no, or nothing. */
export type Room = "welcome" | "crowded" | "shut";

/**
 * Counts who is at the door: strangers, whom nobody knows yet, and guests, who have shaken hands and are not members. A
 * member is neither. As many again as may be there are told no; beyond that nobody is told anything.
 */
export class Crowd {
  readonly #limits: CrowdLimits;
  readonly #isGuest: (nodeId: string) => boolean;
  readonly #byAddress = new Map<string, number>();
  /** Where each guest came from. Those who have become members meanwhile are taken out when it matters. */
  readonly #guests = new Map<string, string>();
  #inAll = 0;

  /** @param isGuest whether a peer is connected and still not a member */
  constructor(limits: CrowdLimits, isGuest: (nodeId: string) => boolean) {
    this.#limits = limits;
    this.#isGuest = isGuest;
  }

  get strangers(): number {
    return this.#inAll - this.#guests.size;
  }

  get guests(): number {
    this.#release();
    return this.#guests.size;
  }

  /** What there is room for; if it is not `shut`, whoever it is about has come in. */
  enter(address: string): Room {
    if (this.#excess(address) >= 0) this.#release();
    const excess = this.#excess(address);
    if (excess >= 1) return "shut";
    this.#inAll++;
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1);
    return excess >= 0 ? "crowded" : "welcome";
  }

  /** A stranger has gone. */
  leave(address: string): void {
    const left = (this.#byAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
    this.#inAll--;
  }

  /** A stranger has shaken hands. */
  seat(address: string, nodeId: string): void {
    const before = this.#guests.get(nodeId);
    if (before !== undefined) this.leave(before);
    this.#guests.set(nodeId, address);
  }

  /** By how much the tighter of the limits is exceeded: 0 when it is just reached, 1 when it is twice as much. */
  #excess(address: string): number {
    const { inAll, perAddress } = this.#limits;
    return Math.max(this.#inAll / inAll, (this.#byAddress.get(address) ?? 0) / perAddress) - 1;
  }

  #release(): void {
    for (const [nodeId, address] of this.#guests) {
      if (this.#isGuest(nodeId)) continue;
      this.#guests.delete(nodeId);
      this.leave(address);
    }
  }
}

/** The address in `address:port`, or in an address alone. */
export function addressIn(remote: string): string {
  return remote.replace(/:\d+$/, "");
}
