/** How many are remembered: more than there are handshakes in the time in which a repetition could matter. */
const CAPACITY = 4_096;

/**
 * The nonces of the offers that this process has opened, so that one that is repeated is not opened again. Only who
 * knows the secret adds any. With more than 4,096 the oldest is forgotten: to repeat that one gets an answer that cannot
 * be read, and keeps up whoever is dialled at that moment for as long as a handshake may take.
 */
export class SeenNonces {
  readonly #seen = new Set<string>();

  /** @returns whether it had not been seen */
  add(nonce: Uint8Array): boolean {
    const text = Buffer.from(nonce).toString("latin1");
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    if (this.#seen.size > CAPACITY) {
      const [oldest] = this.#seen;
      this.#seen.delete(oldest as string);
    }
    return true;
  }
}
