import {
  type Evidence,
  type ReachabilityDirective,
  Swim,
  type SwimDirective,
  type SwimMessage,
  type SwimOptionsInput,
} from "@rollcall/swim";
import { EventQueue, type QueuedEvent } from "./event-queue.ts";
import { seededRandom } from "./seeded-random.ts";

export interface SwimNetworkOptions {
  readonly size: number;
  /** Everything random comes from it. Default 1. */
  readonly seed?: number;
  readonly options?: SwimOptionsInput;
  /** Least and most time that anything takes from one node to another, in milliseconds. Default 0.2 to 1. */
  readonly latencyMs?: readonly [least: number, most: number];
  /** The part of all messages that gets lost. Default 0. */
  readonly loss?: number;
}

/** A change of what one node thinks of another. */
export interface Change extends Pick<ReachabilityDirective, "from" | "to" | "because"> {
  readonly at: number;
  readonly observer: number;
  readonly subject: number;
}

export interface SimulatedNode {
  readonly index: number;
  readonly id: string;
  readonly swim: Swim;
  /** `paused` as by SIGSTOP: its kernel goes on, connections stay open. `killed`: they close, and nobody listens. */
  state: "running" | "paused" | "killed" | "replaced";
  /** What waits in its sockets. */
  readonly inbox: (() => void)[];
  wakeAt: number;
}

interface NetworkEvent extends QueuedEvent {
  /** Whose it is. Without a message, and without anything to do, it is time to wake it. */
  readonly node: SimulatedNode | undefined;
  readonly from: number;
  readonly message: SwimMessage | undefined;
  readonly act: (() => void) | undefined;
}

/**
 * Detectors in virtual time, on a network that delays and loses messages, cuts links, breaks and refuses connections,
 * and with processes that stall and die. A run is a function of the seed.
 *
 * Everybody has a connection to everybody. As the worst of transports would, this one loses what is sent over a broken
 * connection, and dials only when it is told to.
 */
export class SwimNetwork {
  readonly nodes: readonly SimulatedNode[];
  readonly random: () => number;
  /** Every change of reachability, in order, unless somebody else {@link onChange listens}. */
  readonly changes: Change[] = [];
  onChange: (change: Change) => void = (change) => this.changes.push(change);
  /** Messages sent, also those that got lost, by kind; and the updates in them. */
  readonly sent = { total: 0, byKind: [0, 0, 0, 0, 0, 0], updates: 0 };
  loss: number;
  now = 0;
  readonly #events = new EventQueue<NetworkEvent>();
  readonly #indexes = new Map<string, number>();
  readonly #leastMs: number;
  readonly #rangeMs: number;
  /** One-way links that carry nothing, as `from * size + to`. */
  readonly #cut = new Set<number>();
  readonly #disconnected = new Set<number>();
  readonly #refused = new Set<number>();
  readonly #dialling = new Set<number>();
  #ordered = 0;

  constructor({ size, seed = 1, options = {}, latencyMs = [0.2, 1], loss = 0 }: SwimNetworkOptions) {
    this.random = seededRandom(seed);
    this.loss = loss;
    this.#leastMs = latencyMs[0];
    this.#rangeMs = latencyMs[1] - latencyMs[0];
    this.nodes = Array.from({ length: size }, (_, index) => this.#node(index, options));
    for (const node of this.nodes) {
      for (const other of this.nodes) if (other !== node) node.swim.add(other.id, 0);
      this.#setAlarm(node);
    }
  }

  node(index: number): SimulatedNode {
    return this.nodes[index] as SimulatedNode;
  }

  /** What one node thinks of another. */
  view(observer: number, subject: number): string | undefined {
    return this.node(observer).swim.reachability(this.node(subject).id);
  }

  /** What every other running node thinks of one. */
  views(subject: number): (string | undefined)[] {
    const others = this.nodes.filter(({ index, state }) => index !== subject && state === "running");
    return others.map(({ index }) => this.view(index, subject));
  }

  /** Lets time pass. */
  run(ms: number): void {
    const until = this.now + ms;
    while (this.#runNext(until));
    this.now = until;
  }

  /** Lets time pass until a condition holds; gives how long that took. */
  until(condition: () => boolean, withinMs: number): number {
    const from = this.now;
    while (!condition()) {
      if (!this.#runNext(from + withinMs)) throw new Error(`It still does not hold after ${withinMs} ms.`);
    }
    return this.now - from;
  }

  /** Has something done at a later time. */
  at(inMs: number, act: () => void): void {
    this.#push(inMs, undefined, -1, undefined, act);
  }

  /** Stops a process, or its event loop. */
  pause(index: number): void {
    this.node(index).state = "paused";
  }

  /** Lets it go on: with its timers, and then with what it has received, as an event loop does; or the other way. */
  resume(index: number, first: "timers" | "messages" = "timers"): void {
    const node = this.node(index);
    node.state = "running";
    node.wakeAt = Number.POSITIVE_INFINITY;
    if (first === "timers") node.swim.wake(this.now);
    for (const act of node.inbox.splice(0)) act();
    this.#setAlarm(node);
  }

  /** Ends a process, as SIGKILL does. `replaced`: another one listens at its address from now on. */
  kill(index: number, becomes: "killed" | "replaced" = "killed"): void {
    const node = this.node(index);
    const wasKilled = node.state === "killed";
    node.state = becomes;
    if (wasKilled) return;
    for (const other of this.nodes) if (other !== node) this.breakConnection(index, other.index);
  }

  /** Breaks the connection between two nodes: each notices when it hears of it. */
  breakConnection(a: number, b: number): void {
    const pair = this.#pair(a, b);
    if (this.#disconnected.has(pair)) return;
    this.#disconnected.add(pair);
    this.#report(a, b, "connection-lost");
    this.#report(b, a, "connection-lost");
  }

  /** Lets nothing through from some nodes to others, and tells nobody. */
  cut(from: readonly number[], to: readonly number[], direction: "one-way" | "both" = "both"): void {
    for (const a of from) {
      for (const b of to) {
        this.#cut.add(this.#link(a, b));
        if (direction === "both") this.#cut.add(this.#link(b, a));
      }
    }
  }

  /** Mends all links. */
  heal(): void {
    this.#cut.clear();
  }

  /** Refuses new connections to a node from some others, or from all. */
  refuse(index: number, from: readonly number[] = this.nodes.map((node) => node.index)): void {
    for (const other of from) this.#refused.add(this.#link(other, index));
  }

  /** Lets everybody connect again. */
  accept(): void {
    this.#refused.clear();
  }

  /** @returns whether there was something to run */
  #runNext(until: number): boolean {
    const first = this.#events.first;
    if (first === undefined || first.at > until) return false;
    this.#events.pop();
    this.now = first.at;
    const { node, from, message, act } = first;
    if (node === undefined) act?.();
    else if (message !== undefined) this.#deliver(node, from, message);
    else if (act !== undefined) this.#give(node, act);
    else if (node.wakeAt === first.at) this.#wake(node);
    return true;
  }

  #node(index: number, options: SwimOptionsInput): SimulatedNode {
    const id = `n${index}`;
    this.#indexes.set(id, index);
    const perform = (directive: SwimDirective) => this.#perform(index, directive);
    const random = seededRandom(Math.floor(this.random() * 2 ** 31));
    const swim = new Swim({ selfId: id, options, random, now: 0, perform });
    return { index, id, swim, state: "running", inbox: [], wakeAt: Number.POSITIVE_INFINITY };
  }

  #perform(from: number, directive: SwimDirective): void {
    switch (directive.kind) {
      case "send":
        this.#send(from, this.#indexes.get(directive.to) as number, directive.message);
        break;
      case "redial":
        this.#dial(from, this.#indexes.get(directive.id) as number);
        break;
      case "reachability": {
        const { because, from: before, to } = directive;
        const subject = this.#indexes.get(directive.id) as number;
        this.onChange({ at: this.now, observer: from, subject, from: before, to, because });
      }
    }
  }

  #send(from: number, to: number, message: SwimMessage): void {
    const { sent } = this;
    sent.total++;
    sent.byKind[message[0]] = (sent.byKind[message[0]] as number) + 1;
    sent.updates += (message.at(-1) as readonly unknown[]).length;
    if (this.#disconnected.size > 0 && this.#disconnected.has(this.#pair(from, to))) return;
    if (this.#cut.size > 0 && this.#cut.has(this.#link(from, to))) return;
    if (this.loss > 0 && this.random() < this.loss) return;
    this.#push(this.#latency(), this.nodes[to], from, message, undefined);
  }

  #deliver(node: SimulatedNode, from: number, message: SwimMessage): void {
    if (node.state === "running") {
      node.swim.receive(this.node(from).id, message, this.now);
      this.#setAlarm(node);
    } else if (node.state === "paused") {
      node.inbox.push(() => this.#deliver(node, from, message));
    }
  }

  #report(to: number, about: number, evidence: Evidence): void {
    const node = this.node(to);
    const { id } = this.node(about);
    this.#push(this.#latency(), node, -1, undefined, () => node.swim.evidence(id, evidence, this.now));
  }

  #give(node: SimulatedNode, act: () => void): void {
    if (node.state === "running") {
      act();
      this.#setAlarm(node);
    } else if (node.state === "paused") {
      node.inbox.push(act);
    }
  }

  /** A connection attempt that is neither answered nor refused is given up silently. */
  #dial(from: number, to: number): void {
    const link = this.#link(from, to);
    if (this.#dialling.has(link)) return;
    this.#dialling.add(link);
    this.at(2 * this.#latency(), () => {
      this.#dialling.delete(link);
      if (this.#cut.has(link) || this.#cut.has(this.#link(to, from))) return;
      const { state } = this.node(to);
      if (state === "replaced") this.#report(from, to, "replaced");
      else if (state === "killed" || this.#refused.has(link)) this.#report(from, to, "refused");
      else if (state === "running") this.#connect(from, to);
    });
  }

  #connect(from: number, to: number): void {
    this.#disconnected.delete(this.#pair(from, to));
    this.#report(from, to, "connected");
    this.#report(to, from, "connected");
  }

  #wake(node: SimulatedNode): void {
    node.wakeAt = Number.POSITIVE_INFINITY;
    if (node.state !== "running") return;
    if (node.swim.nextAt <= this.now) node.swim.wake(this.now);
    this.#setAlarm(node);
  }

  #setAlarm(node: SimulatedNode): void {
    const at = node.swim.nextAt;
    if (at >= node.wakeAt || node.state !== "running") return;
    node.wakeAt = Math.max(at, this.now);
    this.#push(node.wakeAt - this.now, node, -1, undefined, undefined);
  }

  #push(
    inMs: number,
    node: SimulatedNode | undefined,
    from: number,
    message: SwimMessage | undefined,
    act: (() => void) | undefined,
  ): void {
    this.#events.push({ at: this.now + inMs, order: this.#ordered++, node, from, message, act });
  }

  #latency(): number {
    return this.#leastMs + this.#rangeMs * this.random();
  }

  #link(from: number, to: number): number {
    return from * this.nodes.length + to;
  }

  #pair(a: number, b: number): number {
    return a < b ? this.#link(a, b) : this.#link(b, a);
  }
}
