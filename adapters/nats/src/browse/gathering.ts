import type { Clock, Timer } from "@rollcall/core";

export interface GatheringOptions {
  readonly clock: Clock;
  /** Over when nobody has answered for this long, if somebody has. Milliseconds. */
  readonly settleMs: number;
  /** Over after this long in any case. Milliseconds. */
  readonly gatherMs: number;
  /** Resolves when everything has come that the server had for us. Must not reject. */
  readonly caughtUp: () => Promise<void>;
}

/** The time after a question in which answers are collected, because nothing tells when all have answered. */
export class Gathering {
  readonly #options: GatheringOptions;
  readonly #onOver: () => void;
  #begun = false;
  #answers = 0;
  #nobody = false;
  #deadlineAt = 0;
  #deadline: Timer | undefined;
  #settled: Timer | undefined;

  /** @param onOver called once, not before it has begun, and not after it was stopped */
  constructor(options: GatheringOptions, onOver: () => void) {
    this.#options = options;
    this.#onOver = onOver;
  }

  /** The server has taken the question. Until then no answer means nothing. */
  begin(): void {
    const { clock, gatherMs } = this.#options;
    this.#begun = true;
    this.#deadlineAt = clock.now() + gatherMs;
    this.#deadline = clock.schedule(gatherMs, () => void this.#finish());
    this.#look();
  }

  answer(): void {
    this.#answers++;
    this.#look();
  }

  /** The server knows that there is nobody to answer. */
  nobody(): void {
    this.#nobody = true;
    this.#look();
  }

  stop(): void {
    this.#begun = false;
    this.#deadline?.cancel();
    this.#settled?.cancel();
  }

  #look(): void {
    if (!this.#begun) return;
    const { clock, settleMs } = this.#options;
    this.#settled?.cancel();
    if (this.#answers > 0) this.#settled = clock.schedule(settleMs, () => void this.#finish());
    else if (this.#nobody) this.#over();
  }

  /** It may have been this process, or the way to it, that was slow, while the answers waited. */
  async #finish(): Promise<void> {
    const answers = this.#answers;
    await this.#options.caughtUp();
    const isLate = this.#options.clock.now() >= this.#deadlineAt;
    // Whoever has answered meanwhile has had the time set anew.
    if (this.#begun && (isLate || answers === this.#answers)) this.#over();
  }

  #over(): void {
    this.stop();
    this.#onOver();
  }
}
