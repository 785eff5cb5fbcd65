const NEW_LINE = 0x0a;

/**
 * Puts lines together from bytes that arrive split and joined anyhow, also in the middle of a character.
 *
 * @param maxBytes of one line; what is longer throws, because it would otherwise be kept until there is no memory left
 */
export class LineReader {
  readonly #maxBytes: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The lines that are complete now, without empty ones.
   *
   * @throws RangeError when a line is too long
   */
  read(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, start)) {
      this.#keep(chunk.subarray(start, end));
      const line = Buffer.concat(this.#pending).toString().trim();
      if (line !== "") lines.push(line);
      this.#pending = [];
      this.#pendingBytes = 0;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(part: Uint8Array): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > this.#maxBytes) throw new RangeError(`a line is longer than ${this.#maxBytes} bytes`);
    if (part.length > 0) this.#pending.push(part);
  }
}
