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

const INITIAL_BYTES = 4_096;

/** Puts records together in one buffer, which grows as needed and is used again. */
export class RecordWriter {
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  length = 0;

  /** Sees to it that so many bytes can be written without looking. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
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

  /** What has been written, as bytes of their own; from here on it starts anew. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.length);
    this.bytes.copy(taken, 0, 0, this.length);
    this.length = 0;
    // What one large message needed is not kept.
    if (this.bytes.length > 1_048_576) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    return taken;
  }
}
