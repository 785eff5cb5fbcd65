/** How many bytes go before a frame. */
export const FRAME_HEADER_BYTES = 4;

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
  #needed = FRAME_HEADER_BYTES;

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
    const buffered = this.#buffered + chunk.length;
    if (buffered < this.#needed) {
      this.#chunks.push(chunk);
      this.#buffered = buffered;
      return undefined;
    }
    let bytes = chunk;
    if (this.#buffered > 0) {
      this.#chunks.push(chunk);
      bytes = Buffer.concat(this.#chunks, buffered);
      this.#chunks = [];
      this.#buffered = 0;
    }
    this.#needed = FRAME_HEADER_BYTES;
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length > this.limit) return length;
      const end = at + FRAME_HEADER_BYTES + length;
      if (end > bytes.length) {
        this.#needed = FRAME_HEADER_BYTES + length;
        break;
      }
      const frame = bytes.subarray(at + FRAME_HEADER_BYTES, end);
      at = end;
      if (!onFrame(frame)) return undefined;
    }
    if (at === bytes.length) return undefined;
    this.#chunks.push(at === 0 ? bytes : bytes.subarray(at));
    this.#buffered = bytes.length - at;
    return undefined;
  }
}

/** The header that goes before a frame. */
export function frameHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  return header;
}
