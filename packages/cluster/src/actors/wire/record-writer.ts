/** What a record is, in its first byte. */
export const RECORD = Object.freeze({
  /** The keys of objects that come up further on: JSON. */
  shapes: 1,
  /** The next of the names that are said by number from here on: of actors, methods, topics. */
  name: 2,
  call: 3,
  result: 4,
  /** A result of undefined. */
  done: 5,
  failure: 6,
  watch: 7,
  unwatch: 8,
  terminated: 9,
  message: 10,
  /** Frames of that epoch are missing. */
  lost: 11,
  /** From here on a record has a length, and who does not know its kind leaves it out. */
  skippable: 32,
});

/** How much is allocated at once, in bytes: as much as several frames like the last one take, between these two. */
const SMALL_SLAB_BYTES = 4_096;
const LARGE_SLAB_BYTES = 65_536;
const FRAMES_IN_SLAB = 8;

const NOTHING = Buffer.alloc(0);

/**
 * Puts records together in a buffer that grows as needed. What has been taken is nobody's but the taker's, and has not
 * been copied: the next records go behind it.
 */
export class RecordWriter {
  /** {@link length} bytes of it have been written. */
  bytes: Buffer = NOTHING;
  length = 0;
  /** How long the last frame was. */
  #usual = 0;

  /** Sees to it that so many bytes can be written without looking. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const several = Math.min(this.#usual * FRAMES_IN_SLAB, LARGE_SLAB_BYTES);
    const grown = Buffer.allocUnsafeSlow(Math.max(needed * 2, this.#usual, several, SMALL_SLAB_BYTES));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** Needs one byte reserved. */
  byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  /** A whole number, seven bits a byte, lowest first. Needs eight bytes reserved. */
  number(value: number): void {
    let rest = value;
    while (rest > 0x0fffffff) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.reserve(8 + length);
    this.number(length);
    this.bytes.write(text, this.length);
    this.length += length;
  }

  block(bytes: Buffer, start: number, end: number): void {
    this.reserve(8 + end - start);
    this.number(end - start);
    bytes.copy(this.bytes, this.length, start, end);
    this.length += end - start;
  }

  /** What has been written; from here on it starts anew. */
  take(): Buffer {
    const { bytes, length } = this;
    const left = bytes.length - length;
    this.length = 0;
    this.#usual = Math.min(length, LARGE_SLAB_BYTES);
    // Where the next frame would not fit it would have to move; and what one large message needed is not kept.
    this.bytes = left < length || left > LARGE_SLAB_BYTES ? NOTHING : bytes.subarray(length);
    return bytes.subarray(0, length);
  }
}
