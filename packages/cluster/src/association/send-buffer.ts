export interface SendBufferOptions {
  /** How many frames wait at most for an association to open. */
  readonly frames: number;
  /** How many bytes they have at most, together. */
  readonly bytes: number;
}

/** Frames that wait for an association to open, in order. Bounded: what comes when it is full is refused. */
export class SendBuffer {
  readonly #options: SendBufferOptions;
  #frames: Uint8Array[] = [];
  #bytes = 0;

  constructor(options: SendBufferOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#frames.length;
  }

  /** @returns false if there is no room; the frame was not taken */
  push(frame: Uint8Array): boolean {
    if (this.#frames.length >= this.#options.frames || this.#bytes + frame.length > this.#options.bytes) return false;
    this.#frames.push(frame);
    this.#bytes += frame.length;
    return true;
  }

  /** Takes everything out. */
  drain(): Uint8Array[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }
}
