import type { ActorId } from "../declaring/actor-id.js";

/** A call that nobody handles, or an answer that nobody waits for. */
export interface DeadLetter {
  /** The actor; of an answer only the node is known any more, and the name is `#` with the number of the call. */
  readonly to: ActorId;
  /** Empty for an answer. */
  readonly method: string;
  /** Who called: a node, as text. */
  readonly from: string;
  /** `unknown-actor`: nobody of that name runs here; `late-answer`: it came when its caller did not wait any more. */
  readonly reason: "unknown-actor" | "late-answer";
}

interface Subscriber {
  readonly waiting: DeadLetter[];
  wake: (() => void) | undefined;
}

/** Counts dead letters and tells of them. Who does not read keeps the newest. */
export class DeadLetters implements AsyncIterable<DeadLetter> {
  readonly #buffered: number;
  readonly #subscribers = new Set<Subscriber>();
  #count = 0;
  #ended = false;

  constructor(buffered: number) {
    this.#buffered = buffered;
  }

  get count(): number {
    return this.#count;
  }

  publish(letter: () => DeadLetter): void {
    this.#count++;
    if (this.#subscribers.size === 0) return;
    const made = letter();
    for (const subscriber of this.#subscribers) {
      subscriber.waiting.push(made);
      if (subscriber.waiting.length > this.#buffered) subscriber.waiting.shift();
      subscriber.wake?.();
    }
  }

  end(): void {
    this.#ended = true;
    for (const { wake } of this.#subscribers) wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeadLetter, void> {
    const subscriber: Subscriber = { waiting: [], wake: undefined };
    this.#subscribers.add(subscriber);
    try {
      for (;;) {
        const letter = subscriber.waiting.shift();
        if (letter !== undefined) yield letter;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (subscriber.wake = resolve));
      }
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }
}
