import type { Endpoint } from "@rollcall/core";
import type { MembershipView } from "../../src/index.js";

/** A membership that a test writes: node ids and the addresses they go by. */
export class FakeMembership implements MembershipView {
  readonly #members = new Map<string, string>();
  readonly #atAddress = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  /** How often an address was looked up. */
  lookups = 0;

  /** @param self our own node id and address, a member from the start */
  constructor(self: string, address = "10.0.0.1:7337") {
    this.#set(self, address);
  }

  add(nodeId: string, address: string): void {
    this.#set(nodeId, address);
    this.#changed();
  }

  addAll(members: Iterable<readonly [nodeId: string, address: string]>): void {
    for (const [nodeId, address] of members) this.#set(nodeId, address);
    this.#changed();
  }

  remove(nodeId: string): void {
    const address = this.#members.get(nodeId);
    if (address === undefined) return;
    this.#members.delete(nodeId);
    if (this.#atAddress.get(address) === nodeId) this.#atAddress.delete(address);
    this.#changed();
  }

  memberAt({ host, port }: Endpoint): string | undefined {
    this.lookups++;
    return this.#atAddress.get(`${host}:${port}`);
  }

  isMember(nodeId: string): boolean {
    return this.#members.has(nodeId);
  }

  memberCount(): number {
    return this.#members.size;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  get members(): ReadonlyMap<string, string> {
    return this.#members;
  }

  #set(nodeId: string, address: string): void {
    this.#members.set(nodeId, address);
    this.#atAddress.set(address, nodeId);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
