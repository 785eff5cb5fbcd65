import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { ClusterCore } from "../../src/cluster-core.js";
import { noDowning } from "../../src/downing/index.js";
import type { GossipOptions } from "../../src/gossip/gossip.js";
import { decodeGossip, encodeGossip } from "../../src/gossip/gossip-codec.js";
import type { ClusterMessage } from "../../src/gossip/gossip-message.js";
import type { LeadershipOptions } from "../../src/leadership/leadership.js";
import { UniqueNode } from "../../src/node.js";
import { defaultSettings } from "../../src/settings.js";
import { inShort, node } from "./nodes.js";

export interface CoreNode {
  readonly self: UniqueNode;
  readonly core: ClusterCore;
  /** Every change it told of, in short, in order. */
  readonly changes: string[];
}

/** One message of one node to another, as it goes over the wire. */
export interface Frame {
  readonly at: number;
  readonly from: UniqueNode;
  readonly to: UniqueNode;
  readonly message: ClusterMessage;
  readonly bytes: number;
}

export interface CoreNetworkOptions {
  readonly seed?: number;
  readonly gossip?: Partial<GossipOptions>;
  readonly leadership?: Partial<LeadershipOptions>;
}

const LATENCY_MS = 1;

/** What nodes decide, without connections: cores that exchange encoded messages in virtual time. */
export class CoreNetwork {
  readonly clock = new VirtualClock();
  readonly nodes: readonly CoreNode[];
  /** What was sent, in order, while {@link recording}. */
  readonly frames: Frame[] = [];
  recording = false;
  /** Whether a message is lost on its way. */
  loses: (frame: Frame) => boolean = () => false;
  readonly #options: CoreNetworkOptions;

  constructor(size: number, options: CoreNetworkOptions = {}) {
    this.#options = options;
    const random = seededRandom(options.seed ?? 1);
    this.nodes = Array.from({ length: size }, (_, at) => this.#node(node(at + 1), random));
  }

  /** Starts all nodes and lets them meet through the first. */
  async form(): Promise<this> {
    const [first, ...others] = this.nodes as [CoreNode, ...CoreNode[]];
    for (const { core } of this.nodes) core.start();
    for (const other of others) this.associate(first, other);
    const isUp = ({ core }: CoreNode) => core.self?.status === "up" && core.table.size === this.nodes.length;
    await this.clock.until(() => this.nodes.every(isUp), 60_000, "that all nodes are up");
    return this;
  }

  associate(a: CoreNode, b: CoreNode): void {
    a.core.associated(b.self, true);
    b.core.associated(a.self, false);
  }

  /** The one with this number, from 1. */
  node(number: number): CoreNode {
    return this.nodes[number - 1] as CoreNode;
  }

  stop(): void {
    for (const { core } of this.nodes) core.stop();
  }

  #node(self: UniqueNode, random: () => number): CoreNode {
    const settings = defaultSettings();
    const changes: string[] = [];
    const core = new ClusterCore({
      self,
      clock: this.clock,
      random,
      gossip: { ...settings.gossip, ...this.#options.gossip },
      leadership: { ...settings.leadership, ...this.#options.leadership },
      formation: defaultSettings().formation,
      downing: noDowning(),
      tombstones: settings.tombstones,
      send: (to, message) => this.#send(self, to, message),
      isConnected: () => true,
      note: () => {},
      onChange: (change) => changes.push(inShort(change)),
      onSettled: () => {},
    });
    return { self, core, changes };
  }

  #send(from: UniqueNode, receivers: readonly UniqueNode[], message: ClusterMessage): void {
    const bytes = encodeGossip(message);
    for (const to of receivers) {
      const frame = { at: this.clock.now(), from, to, message, bytes: bytes.length };
      if (this.recording) this.frames.push(frame);
      if (this.loses(frame)) continue;
      const receiver = this.nodes.find(({ self }) => self.id === to.id);
      this.clock.schedule(LATENCY_MS, () => receiver?.core.receive(from, decodeGossip(bytes, toNode)));
    }
  }
}

function toNode(id: string, host: string, port: number): UniqueNode {
  return new UniqueNode("test", host, port, id);
}
