/** Reads what a `RecordWriter` wrote. Whatever reads beyond the end throws. */
export class RecordReader {
  readonly bytes: Buffer;
  at: number;

  constructor(frame: Uint8Array, at: number) {
    this.bytes = Buffer.isBuffer(frame) ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error("a record is cut off");
    return value;
  }

  number(): number {
    let value = this.byte();
    if (value < 128) return value;
    value &= 127;
    for (let factor = 128; ; factor *= 128) {
      const next = this.byte();
      value += (next & 127) * factor;
      if (next < 128) break;
    }
    if (!Number.isSafeInteger(value)) throw new Error("a number is too large");
    return value;
  }

  /** @returns where the block ends; {@link at} is where it begins */
  block(): number {
    const length = this.number();
    const end = this.at + length;
    if (end > this.bytes.length) throw new Error("a record is cut off");
    return end;
  }

  text(): string {
    const end = this.block();
    const text = this.bytes.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }
}
