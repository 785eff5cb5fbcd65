const HEADER_BYTES = 4;

/**
 * Cuts a stream of bytes into frames: four bytes of length, big-endian, then that many bytes. Holds at most one frame
 * and never allocates for a length that it does not allow.
 */
export class FrameDecoder {
  /** The largest frame to accept, in bytes. */
  limit: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** How many bytes have to be there before anything can be done. */
  #needed = HEADER_BYTES;

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * Takes in what was read and calls `onFrame` for each frame that is complete. `onFrame` may change {@link limit} and
   * return false to stop here.
   *
   * @returns the length of a frame that exceeds the limit, after which the stream is of no use
   */
  push(chunk: Buffer, onFrame: (frame: Uint8Array) => boolean): number | undefined {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return undefined;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#buffered);
    this.#needed = HEADER_BYTES;
    while (bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(0);
      if (length > this.limit) return length;
      if (bytes.length < HEADER_BYTES + length) {
        this.#needed = HEADER_BYTES + length;
        break;
      }
      const frame = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
      bytes = bytes.subarray(HEADER_BYTES + length);
      if (!onFrame(frame)) return undefined;
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#buffered = bytes.length;
    return undefined;
  }
}

/** The header that goes before a frame. */
export function frameHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  return header;
}
