import { seededRandom } from "@rollcall/testkit";
import { Gossip, type GossipOptions } from "../../src/gossip/gossip.js";
import type { GossipMessage } from "../../src/gossip/gossip-message.js";
import { electLeader } from "../../src/leadership/leadership.js";
import { Convergence } from "../../src/membership/convergence.js";
import { sameDigest } from "../../src/membership/digest.js";
import type { MemberStatus } from "../../src/membership/member.js";
import { MembershipTable } from "../../src/membership/membership-table.js";
import type { UniqueNode } from "../../src/node.js";
import { defaultSettings } from "../../src/settings.js";
import { entry, node } from "./nodes.js";

/** One node: what it holds, and the gossip that keeps it in step. */
export interface GossipPeer {
  readonly self: UniqueNode;
  readonly table: MembershipTable;
  readonly gossip: Gossip;
}

export interface Letter {
  readonly from: UniqueNode;
  readonly to: UniqueNode;
  readonly message: GossipMessage;
}

export interface GossipNetworkOptions {
  readonly seed?: number;
  readonly gossip?: Partial<GossipOptions>;
  /** Whether a message gets as far as the mail. Default: all do. */
  readonly carries?: (letter: Letter) => boolean;
  /** Default: everybody is connected with everybody. */
  readonly isConnected?: (nodeId: string) => boolean;
}

/** Nodes that gossip, with time and the mail between them in the hands of the test. */
export class GossipNetwork {
  readonly peers: readonly GossipPeer[];
  /** What is under way, in the order of sending. */
  readonly mail: Letter[] = [];
  now = 0;
  readonly #options: GossipNetworkOptions;

  /** @param size how many nodes; each knows itself alone, as joining */
  constructor(size: number, options: GossipNetworkOptions = {}) {
    this.#options = options;
    const random = seededRandom(options.seed ?? 1);
    const settings = { ...defaultSettings().gossip, ...options.gossip };
    this.peers = Array.from({ length: size }, (_, at) => this.#peer(node(at + 1), settings, random));
  }

  /** Lets every node know every other one, as joining. */
  introduceAll(): this {
    for (const { table } of this.peers)
      for (const { self } of this.peers) table.merge(entry(self, "joining"), this.now);
    return this;
  }

  peer(of: UniqueNode): GossipPeer | undefined {
    return this.peers.find(({ self }) => self.id === of.id);
  }

  /** A node decides that a member moves on. */
  decide(by: GossipPeer, about: UniqueNode, status: MemberStatus): void {
    const before = by.table.get(about.id);
    if (before === undefined || !by.table.move(about.id, status, this.now)) return;
    by.gossip.publish(by.table.get(about.id) ?? { ...before, status }, this.now);
  }

  /** An association between two nodes opens. */
  associate(a: GossipPeer, b: GossipPeer): void {
    a.gossip.greet(b.self);
    b.gossip.greet(a.self);
  }

  deliver(letter: Letter): void {
    this.peer(letter.to)?.gossip.receive(letter.from, letter.message, this.now);
  }

  /** Delivers what is under way and what comes of it, in order. */
  deliverAll(): void {
    for (let letter = this.mail.shift(); letter !== undefined; letter = this.mail.shift()) this.deliver(letter);
  }

  /** Lets time pass until somebody has something to do, and delivers what comes of it at once. */
  step(): void {
    this.now = Math.max(this.now, Math.min(...this.peers.map(({ gossip }) => gossip.nextAt)));
    for (const { gossip } of this.peers) gossip.wake(this.now);
    this.deliverAll();
  }

  /**
   * Lets time pass until these nodes agree.
   *
   * @throws Error if they do not in the time given
   */
  settle(peers: () => readonly GossipPeer[] = () => this.peers, withinMs = 10_000): void {
    const deadline = this.now + withinMs;
    while (!this.agree(peers())) {
      this.step();
      if (this.now > deadline) throw new Error(`After ${withinMs} ms the nodes still do not agree.`);
    }
  }

  /** Whether all of these nodes hold the same. */
  agree(peers: readonly GossipPeer[] = this.peers): boolean {
    const [first] = peers;
    return first === undefined || peers.every(({ table }) => sameDigest(table.digest, first.table.digest));
  }

  #peer(self: UniqueNode, options: GossipOptions, random: () => number): GossipPeer {
    const table = new MembershipTable({ ttlMs: 86_400_000, capacity: 1_000 }, () => {});
    table.merge(entry(self, "joining"), 0);
    const convergence = new Convergence(self.id, table);
    const leadership = { minimumMembers: 1, keepBelowMinimum: true };
    const leader = () => electLeader(table.members(), leadership)?.node;
    const send = (to: readonly UniqueNode[], message: GossipMessage) => {
      for (const each of to) {
        const letter = { from: self, to: each, message };
        if (this.#options.carries?.(letter) ?? true) this.mail.push(letter);
      }
    };
    const { isConnected = () => true } = this.#options;
    const context = { self, table, convergence, options, random, send, isConnected, leader };
    return { self, table, gossip: new Gossip(context, 0) };
  }
}
