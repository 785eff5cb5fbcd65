/** An actor registered for a key, in the log of its node. */
export interface Registration {
  /** Its place in the log. */
  readonly number: number;
  readonly key: string;
  /** The name of the actor on its node. */
  readonly actor: string;
  /** Its methods, as references are told from each other. */
  readonly shape: string;
}

/** A registration that was taken back, and at which place of the log that was. */
export type Removal = readonly [step: number, number: number];

/** How much of a log is known: what was registered up to one step, and what of that was removed up to another. */
export interface Progress {
  readonly added: number;
  readonly removed: number;
}

/** A piece of a log: what lies between two states of knowledge. */
export interface LogPart {
  readonly after: Progress;
  readonly upTo: Progress;
  /** How much whoever gives the part knows. */
  readonly known: Progress;
  readonly registrations: readonly Registration[];
  readonly removals: readonly Removal[];
}

/** What applying a part has changed. */
export interface LogChange {
  readonly added: readonly Registration[];
  readonly removed: readonly Registration[];
}

/** How much goes into one part. */
export interface PartLimits {
  readonly entries: number;
  /** Counted in characters of the texts. At least one registration goes in, whatever its size. */
  readonly characters: number;
}

export const NOTHING: Progress = Object.freeze({ added: 0, removed: 0 });

/** So many removals are remembered; whoever is further behind is told everything that is there instead. */
const REMEMBERED_REMOVALS = 1_000;

/**
 * The registrations of one node, in order. The node itself adds to it; others hold copies, which grow by parts that come
 * from the node or from any other copy.
 *
 * Every registration and every removal is a step. Only what is registered is kept, and the latest removals; so the size
 * is that of what is there, however often actors come and go. A copy that knows too little to be told what was removed
 * starts again from the first registration, and while that is under way keeps what it had: nothing flickers.
 */
export class RegistrationLog {
  readonly #registrations = new Map<number, Registration>();
  /** The numbers of registrations, ascending; some that were removed are among them. */
  #order: number[] = [];
  /** What a copy had before it started again, and has not heard of since. */
  readonly #stale = new Map<number, Registration>();
  #removals: Removal[] = [];
  /** Removals up to this step are not remembered. */
  #forgotten = 0;
  #progress: Progress = NOTHING;

  get progress(): Progress {
    return this.#progress;
  }

  get size(): number {
    return this.#registrations.size + this.#stale.size;
  }

  *[Symbol.iterator](): IterableIterator<Registration> {
    yield* this.#registrations.values();
    yield* this.#stale.values();
  }

  /** Adds a registration of this very node. */
  add(key: string, actor: string, shape: string): Registration {
    const number = this.#progress.added + 1;
    const registration = { number, key, actor, shape };
    this.#put(registration);
    this.#progress = { added: number, removed: number };
    return registration;
  }

  /** Takes back a registration of this very node. */
  remove(number: number): Registration | undefined {
    const registration = this.#take(number);
    if (registration === undefined) return undefined;
    const step = this.#progress.added + 1;
    this.#remember([step, number]);
    this.#progress = { added: step, removed: step };
    return registration;
  }

  /** Whether somebody who knows so much knows more than this log does, in any respect. */
  isBehind({ added, removed }: Progress): boolean {
    return added > this.#progress.added || removed > this.#progress.removed;
  }

  /** Whether this log knows more than somebody who knows so much, in any respect. */
  isBeyond({ added, removed }: Progress): boolean {
    return this.#progress.added > added || this.#progress.removed > removed;
  }

  /** What comes next for somebody who knows so much. */
  part(after: Progress, limits: PartLimits): LogPart {
    const known = this.#progress;
    const startsAgain = after.added === 0 || after.removed < this.#forgotten;
    const from: Progress = startsAgain ? { added: 0, removed: known.removed } : after;
    const registrations: Registration[] = [];
    const added = this.#collect(from.added, limits, registrations);
    const removals = startsAgain ? [] : this.#removalsAfter(from.removed).slice(0, limits.entries);
    const isAll = removals.length < limits.entries;
    const removed = isAll ? known.removed : (removals.at(-1) as Removal)[0];
    return {
      after: from,
      upTo: { added: Math.max(added, from.added), removed: Math.max(removed, from.removed) },
      known,
      registrations,
      removals,
    };
  }

  /**
   * Takes in a part of the log of another node.
   *
   * @returns what that changed; undefined if something is missing between what is known and the part
   */
  apply(part: LogPart): LogChange | undefined {
    const { after, known, upTo } = part;
    const startsAgain = after.added === 0 && after.removed > this.#progress.removed;
    if (!startsAgain && (after.added > this.#progress.added || after.removed > this.#progress.removed))
      return undefined;
    // Whoever has heard of fewer removals than we have cannot tell what is still there.
    if (known.removed < this.#progress.removed) return { added: [], removed: [] };
    if (startsAgain) this.#startAgain(after.removed);
    const added = this.#takeIn(part.registrations);
    const removed = this.#takeOut(part.removals);
    this.#progress = {
      added: Math.max(this.#progress.added, upTo.added),
      removed: Math.max(this.#progress.removed, upTo.removed),
    };
    for (const [number, registration] of this.#stale) {
      if (number > this.#progress.added) continue;
      this.#stale.delete(number);
      removed.push(registration);
    }
    return { added, removed };
  }

  #startAgain(removed: number): void {
    for (const [number, registration] of this.#registrations) this.#stale.set(number, registration);
    this.#registrations.clear();
    this.#order = [];
    this.#removals = [];
    this.#forgotten = removed;
    this.#progress = { added: 0, removed };
  }

  #takeIn(registrations: readonly Registration[]): Registration[] {
    const added: Registration[] = [];
    for (const registration of registrations) {
      if (registration.number <= this.#progress.added) continue;
      if (!this.#stale.delete(registration.number)) added.push(registration);
      this.#put(registration);
    }
    return added;
  }

  #takeOut(removals: readonly Removal[]): Registration[] {
    const removed: Registration[] = [];
    for (const removal of removals) {
      if (removal[0] <= this.#progress.removed) continue;
      const registration = this.#take(removal[1]);
      if (registration !== undefined) removed.push(registration);
      this.#remember(removal);
    }
    return removed;
  }

  #put(registration: Registration): void {
    this.#registrations.set(registration.number, registration);
    this.#order.push(registration.number);
  }

  #take(number: number): Registration | undefined {
    const registration = this.#registrations.get(number) ?? this.#stale.get(number);
    this.#stale.delete(number);
    this.#registrations.delete(number);
    if (this.#order.length > 2 * this.#registrations.size + 64) this.#order = [...this.#registrations.keys()];
    return registration;
  }

  #remember(removal: Removal): void {
    this.#removals.push(removal);
    if (this.#removals.length <= REMEMBERED_REMOVALS * 2) return;
    this.#forgotten = (this.#removals[REMEMBERED_REMOVALS - 1] as Removal)[0];
    this.#removals = this.#removals.slice(REMEMBERED_REMOVALS);
  }

  /** @returns up to which step everything that is there has been collected */
  #collect(after: number, limits: PartLimits, into: Registration[]): number {
    let characters = 0;
    for (let at = firstAbove(this.#order, after, (number) => number); at < this.#order.length; at++) {
      const registration = this.#registrations.get(this.#order[at] as number);
      if (registration === undefined) continue;
      const { key, actor, shape } = registration;
      characters += key.length + actor.length + shape.length;
      const isFull = into.length >= limits.entries || (characters > limits.characters && into.length > 0);
      if (isFull) return (into.at(-1) as Registration).number;
      into.push(registration);
    }
    return this.#progress.added;
  }

  #removalsAfter(step: number): readonly Removal[] {
    return this.#removals.slice(firstAbove(this.#removals, step, ([at]) => at));
  }
}

/** The index of the first of ascending values that is above a limit. */
function firstAbove<T>(values: readonly T[], limit: number, numberOf: (value: T) => number): number {
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (numberOf(values[middle] as T) > limit) to = middle;
    else from = middle + 1;
  }
  return from;
}
