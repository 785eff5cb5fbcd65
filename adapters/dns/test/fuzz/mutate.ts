type Random = () => number;

/** Changes of bytes that are no accident: lengths, counts, pointers, limits. */
const TELLING_BYTES = [0, 1, 2, 4, 12, 16, 28, 33, 41, 63, 64, 127, 128, 191, 192, 193, 255];
const MOST_CHANGES = 4;

/** A message with some things changed: none is left as it was. */
export function mutate(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]) => from[upTo(from.length)] as T;
  const changes: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => set(bytes, upTo(bytes.length), upTo(256)),
    (bytes) => set(bytes, upTo(bytes.length), pick(TELLING_BYTES)),
    (bytes) => flipBit(bytes, upTo(8 * bytes.length)),
    // One of the four counts.
    (bytes) => set(bytes, 4 + upTo(8), upTo(8)),
    // A pointer to anywhere, forwards and to itself included.
    (bytes) => pointer(bytes, upTo(bytes.length), upTo(bytes.length)),
    (bytes) => bytes.subarray(0, upTo(bytes.length)),
    (bytes) => Buffer.concat([bytes, pick(others).subarray(0, upTo(60))]),
    (bytes) => replaceRange(bytes, upTo(bytes.length), upTo(12), Buffer.alloc(0)),
    (bytes) => replaceRange(bytes, upTo(bytes.length), 0, Buffer.from(pick(others).subarray(0, upTo(20)))),
    (bytes) => {
      const other = pick(others);
      const at = upTo(Math.min(bytes.length, other.length));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
    },
  ];
  for (;;) {
    let bytes = Buffer.from(original);
    for (let count = 1 + upTo(MOST_CHANGES); count > 0; count--)
      if (bytes.length > 0) bytes = Buffer.from(pick(changes)(bytes));
    if (!bytes.equals(original)) return bytes;
  }
}

function set(bytes: Buffer, at: number, value: number): Buffer {
  if (at < bytes.length) bytes[at] = value;
  return bytes;
}

function flipBit(bytes: Buffer, bit: number): Buffer {
  return set(bytes, bit >> 3, (bytes[bit >> 3] as number) ^ (1 << (bit & 7)));
}

function pointer(bytes: Buffer, at: number, to: number): Buffer {
  return set(set(bytes, at, 0xc0 | (to >> 8)), at + 1, to & 0xff);
}

function replaceRange(bytes: Buffer, from: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)]);
}
