/** Folds everything that a network delivers into one number: two runs with the same are the same run. */
export class FrameTrace {
  /** Frames folded in so far. */
  frames = 0;
  readonly #number = new Float64Array(1);
  readonly #words = new Uint32Array(this.#number.buffer);
  #high = 0x811c9dc5;
  #low = 0x9747b28c;

  /** @param at when it arrived, exactly */
  add(at: number, from: string, to: string, frame: Uint8Array): void {
    this.frames++;
    this.#number[0] = at;
    this.#fold(this.#words[0] as number);
    this.#fold(this.#words[1] as number);
    this.#foldText(from);
    this.#foldText(to);
    for (let index = 0; index < frame.length; index++) this.#fold(frame[index] as number);
    this.#fold(frame.length);
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    const half = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
    return half(this.#high) + half(this.#low);
  }

  #foldText(text: string): void {
    for (let index = 0; index < text.length; index++) this.#fold(text.charCodeAt(index));
    this.#fold(text.length);
  }

  /** FNV-1a over words, twice from different bases. Not for keeping secrets or enemies out. */
  #fold(word: number): void {
    this.#high = Math.imul(this.#high ^ word, 0x01000193);
    this.#low = Math.imul(this.#low ^ word ^ (this.#low >>> 15), 0x01000193);
  }
}
