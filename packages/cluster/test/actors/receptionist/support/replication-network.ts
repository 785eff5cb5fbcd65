import type { Timer } from "@rollcall/core";
import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { Replication, type ReplicationOptions } from "../../../../src/actors/receptionist/replication.js";
import { fromWire, type ReplicationMessage, toWire } from "../../../../src/actors/receptionist/replication-message.js";

export interface ReplicationNode {
  readonly id: string;
  readonly replication: Replication;
  /** Every change to what is registered, in short. */
  readonly changes: string[];
}

/** One message of one node to another. */
export interface Sent {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly message: ReplicationMessage;
  readonly bytes: number;
}

const LATENCY_MS = 1;
const OPTIONS: ReplicationOptions = { batchSize: 100, intervalMs: 5_000, minIntervalMs: 100 };

/** Receptionists that are nothing but their decisions, and talk to each other in virtual time. */
export class ReplicationNetwork {
  readonly clock = new VirtualClock();
  readonly sent: Sent[] = [];
  /** Whether a message is lost on its way. */
  loses: (sent: Sent) => boolean = () => false;
  readonly #nodes = new Map<string, ReplicationNode>();
  readonly #timers = new Map<string, Timer>();
  readonly #random;
  readonly #options: ReplicationOptions;

  constructor(size: number, { seed = 1, ...options }: Partial<ReplicationOptions> & { seed?: number } = {}) {
    this.#options = { ...OPTIONS, ...options };
    this.#random = seededRandom(seed);
    for (let number = 1; number <= size; number++) this.add(`n${number}`);
  }

  get nodes(): ReplicationNode[] {
    return [...this.#nodes.values()];
  }

  node(number: number): ReplicationNode {
    return this.#nodes.get(`n${number}`) as ReplicationNode;
  }

  /** A node becomes a member in the eyes of all, and has connections to all. */
  add(id: string): ReplicationNode {
    const changes: string[] = [];
    const replication = new Replication(
      {
        selfId: id,
        options: this.#options,
        random: this.#random,
        members: () => [...this.#nodes.keys()].filter((other) => other !== id),
        isMember: (nodeId) => this.#nodes.has(nodeId) && nodeId !== id,
        send: (to, message) => this.#send(id, to, message),
        onChange: (origin, { added, removed }) => {
          for (const { actor } of added) changes.push(`+${origin}/${actor}`);
          for (const { actor } of removed) changes.push(`-${origin}/${actor}`);
        },
      },
      this.clock.now(),
    );
    const node = { id, replication, changes };
    this.#nodes.set(id, node);
    for (const other of this.nodes) {
      if (other.id === id) continue;
      other.replication.connected(id, this.clock.now());
      replication.connected(other.id, this.clock.now());
      this.#arm(other);
    }
    this.#arm(node);
    return node;
  }

  /** A node is gone in the eyes of all. */
  remove(id: string): void {
    this.#nodes.delete(id);
    for (const { replication } of this.nodes) replication.gone(id);
  }

  register(node: ReplicationNode, ...actors: string[]): number[] {
    const numbers = actors.map((actor) => node.replication.register("key", actor, "greet", this.clock.now()));
    this.#arm(node);
    return numbers;
  }

  unregister(node: ReplicationNode, ...numbers: number[]): void {
    for (const number of numbers) node.replication.unregister(number, this.clock.now());
    this.#arm(node);
  }

  /** What a node knows to be registered: `n1/a`. */
  known(node: ReplicationNode): string[] {
    const { directory } = node.replication;
    const all = [...directory.known()].flatMap(([origin]) =>
      [...(directory.log(origin) ?? [])].map(({ actor }) => `${origin}/${actor}`),
    );
    return all.sort();
  }

  /** Whether all know the same, and know that they do. */
  get agree(): boolean {
    const [first, ...others] = this.nodes.map((node) => {
      const { high, low } = node.replication.directory.digest;
      return `${high} ${low} ${this.known(node).join()}`;
    });
    return others.every((known) => known === first);
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  /** @returns how long it took, in milliseconds */
  async untilAllAgree(withinMs = 5_000): Promise<number> {
    const from = this.clock.now();
    await this.clock.until(() => this.agree, withinMs, "that all know the same");
    return this.clock.now() - from;
  }

  /** Has a node woken when it wants to be, whatever it wanted before. */
  #arm({ id, replication }: ReplicationNode): void {
    this.#timers.get(id)?.cancel();
    const wake = () => {
      const node = this.#nodes.get(id);
      if (node === undefined) return;
      replication.wake(this.clock.now());
      this.#arm(node);
    };
    this.#timers.set(id, this.clock.schedule(Math.max(0, replication.nextAt - this.clock.now()), wake));
  }

  #send(from: string, to: string, message: ReplicationMessage): void {
    const wire = JSON.stringify(toWire(message));
    const sent: Sent = { at: this.clock.now(), from, to, message, bytes: wire.length };
    this.sent.push(sent);
    if (this.loses(sent)) return;
    this.clock.schedule(LATENCY_MS, () => {
      const node = this.#nodes.get(to);
      if (node === undefined) return;
      node.replication.receive(from, fromWire(JSON.parse(wire)), this.clock.now());
      this.#arm(node);
    });
  }
}
