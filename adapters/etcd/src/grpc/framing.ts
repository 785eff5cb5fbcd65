/** How gRPC puts messages into a stream: a byte that is 0 unless the message is compressed, its length, the message. */
const HEADER_LENGTH = 5;
/** What no answer of etcd comes near; a length beyond it is no length, and must not take memory. */
const MOST_BYTES = 512 * 1024 * 1024;

export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Takes a stream's chunks and gives its messages, however they are cut. */
export class Deframer {
  #chunks: Buffer[] = [];
  #length = 0;
  #wanted = HEADER_LENGTH;

  /** @throws RangeError when it is not what gRPC sends */
  *take(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    // Joined when a message is whole, not with each chunk: a large listing comes in very many.
    while (this.#length >= this.#wanted) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
      this.#chunks = [bytes];
      const end = HEADER_LENGTH + bytes.readUInt32BE(1);
      if (bytes[0] !== 0 || end > MOST_BYTES) throw new RangeError("what came is not a message of gRPC");
      this.#wanted = end;
      if (bytes.length < end) return;
      yield bytes.subarray(HEADER_LENGTH, end);
      const rest = bytes.subarray(end);
      this.#chunks = [rest];
      this.#length = rest.length;
      this.#wanted = HEADER_LENGTH;
    }
  }
}
