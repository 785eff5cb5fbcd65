import type { LeadershipChange, MembershipChange, ReachabilityChange } from "../membership/changes.js";
import type { Member } from "../membership/member.js";
import type { Membership } from "../membership/membership.js";

/** Everything as it stands. The first event of a subscription, and the one after `lagged`. */
export interface SnapshotEvent {
  readonly kind: "snapshot";
  readonly membership: Membership;
  readonly leader: Member | undefined;
}

/** The subscriber did not read fast enough; `missed` events were thrown away. A snapshot follows. */
export interface LaggedEvent {
  readonly kind: "lagged";
  readonly missed: number;
}

export type ClusterEvent = SnapshotEvent | MembershipChange | ReachabilityChange | LeadershipChange | LaggedEvent;

type Change = MembershipChange | ReachabilityChange | LeadershipChange;

/**
 * Hands every change to every subscriber, in order, each at its own pace. Nobody can make it hold more than `buffered`
 * events: whoever is that far behind loses them, is told how many, and goes on from a snapshot.
 */
export class ClusterEvents implements AsyncIterable<ClusterEvent> {
  readonly #snapshot: () => SnapshotEvent;
  readonly #buffered: number;
  readonly #subscriptions = new Set<Subscription>();
  #ended = false;

  constructor(snapshot: () => SnapshotEvent, buffered: number) {
    this.#snapshot = snapshot;
    this.#buffered = buffered;
  }

  /** Subscribes from this moment on. Ends when the system has terminated, or when the loop is left. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ClusterEvent> {
    const subscription = new Subscription(this.#snapshot, this.#buffered, () => {
      this.#subscriptions.delete(subscription);
    });
    if (this.#ended) subscription.end();
    else this.#subscriptions.add(subscription);
    return subscription;
  }

  publish(change: Change): void {
    for (const subscription of this.#subscriptions) subscription.push(change);
  }

  end(): void {
    this.#ended = true;
    for (const subscription of [...this.#subscriptions]) subscription.end();
  }
}

class Subscription implements AsyncIterableIterator<ClusterEvent> {
  readonly #snapshot: () => SnapshotEvent;
  readonly #buffered: number;
  readonly #onEnd: () => void;
  #queue: ClusterEvent[];
  #missed = 0;
  #ended = false;
  /** Reads that came before their event, oldest first. */
  #readers: ((result: IteratorResult<ClusterEvent>) => void)[] = [];

  constructor(snapshot: () => SnapshotEvent, buffered: number, onEnd: () => void) {
    this.#snapshot = snapshot;
    this.#buffered = buffered;
    this.#onEnd = onEnd;
    this.#queue = [snapshot()];
  }

  push(change: Change): void {
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: change });
    } else if (this.#missed > 0) {
      this.#missed++;
    } else if (this.#queue.length < this.#buffered) {
      this.#queue.push(change);
    } else {
      this.#missed = this.#queue.length + 1;
      this.#queue = [];
    }
  }

  next(): Promise<IteratorResult<ClusterEvent>> {
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      this.#queue.push(this.#snapshot());
      return Promise.resolve({ done: false, value: { kind: "lagged", missed } });
    }
    const value = this.#queue.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#readers.push(resolve);
    });
  }

  return(): Promise<IteratorResult<ClusterEvent>> {
    this.#queue = [];
    this.#missed = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** No more events; those that wait can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ClusterEvent> {
    return this;
  }
}
