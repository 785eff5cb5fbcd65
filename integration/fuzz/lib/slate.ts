import { MAX_INPUT_BYTES } from "./target.ts";

const HEADER = 4;
const [RUNS, LENGTH, STOP, KEPT] = [0, 1, 2, 3];

/** What the searching thread writes down before each run, where the watching one can read it even if that never ends. */
export class Slate {
  readonly buffer: SharedArrayBuffer;
  readonly #numbers: Int32Array;
  readonly #input: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(4 * HEADER + MAX_INPUT_BYTES)) {
    this.buffer = buffer;
    this.#numbers = new Int32Array(buffer, 0, HEADER);
    this.#input = new Uint8Array(buffer, 4 * HEADER);
  }

  /** How many inputs were run; the last of them may still be running. */
  get runs(): number {
    return Atomics.load(this.#numbers, RUNS);
  }

  get input(): Uint8Array {
    return Uint8Array.from(this.#input.subarray(0, Atomics.load(this.#numbers, LENGTH)));
  }

  get kept(): number {
    return Atomics.load(this.#numbers, KEPT);
  }

  get stopped(): boolean {
    return Atomics.load(this.#numbers, STOP) === 1;
  }

  begin(input: Uint8Array): void {
    this.#input.set(input);
    Atomics.store(this.#numbers, LENGTH, input.length);
    Atomics.add(this.#numbers, RUNS, 1);
  }

  keep(count: number): void {
    Atomics.store(this.#numbers, KEPT, count);
  }

  stop(): void {
    Atomics.store(this.#numbers, STOP, 1);
  }
}
