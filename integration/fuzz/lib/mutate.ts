import { mutateJson } from "./mutate-json.ts";
import { MAX_INPUT_BYTES, type Target } from "./target.ts";

export type Random = () => number;

/** Bytes that are no accident: lengths, counts, pointers, limits. */
const TELLING_BYTES = [0, 1, 2, 4, 12, 16, 28, 32, 33, 41, 63, 64, 127, 128, 191, 192, 193, 224, 240, 254, 255];
const MOST_CHANGES = 4;

/** An input with some things changed, and sometimes with a part of another one in it. */
export function mutate(
  original: Uint8Array,
  others: readonly Uint8Array[],
  { isJson, words }: Pick<Target, "isJson" | "words">,
  random: Random,
): Buffer {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]) => from[upTo(from.length)] as T;
  const replace = (bytes: Buffer, from: number, length: number, by: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(from + length)]);
  const piece = (bytes: Uint8Array) => {
    const from = upTo(bytes.length);
    return bytes.subarray(from, from + 1 + upTo(32));
  };
  const set = (bytes: Buffer, at: number, value: number) => replace(bytes, at, 1, Buffer.of(value));

  const changes: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => set(bytes, upTo(bytes.length), upTo(256)),
    (bytes) => set(bytes, upTo(bytes.length), pick(TELLING_BYTES)),
    (bytes) => {
      const at = upTo(bytes.length);
      return set(bytes, at, (bytes[at] ?? 0) ^ (1 << upTo(8)));
    },
    (bytes) => bytes.subarray(0, upTo(bytes.length)),
    (bytes) => replace(bytes, upTo(bytes.length), 1 + upTo(12), Buffer.alloc(0)),
    (bytes) => replace(bytes, upTo(bytes.length), 0, Buffer.alloc(1 + upTo(64), upTo(256))),
    // A part again, which is how lists grow.
    (bytes) => replace(bytes, upTo(bytes.length), 0, Buffer.from(piece(bytes))),
    (bytes) => replace(bytes, upTo(bytes.length), upTo(2) * upTo(20), piece(pick(others))),
    (bytes) => {
      const other = pick(others);
      const at = upTo(Math.min(bytes.length, other.length));
      return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
    },
    ...(words.length === 0
      ? []
      : [
          (bytes: Buffer) => replace(bytes, upTo(bytes.length), upTo(2) * upTo(12), Buffer.from(pick(words), "latin1")),
        ]),
  ];
  let bytes: Buffer = Buffer.from(original);
  for (let count = 1 + upTo(MOST_CHANGES); count > 0; count--) {
    const changed = isJson && random() < 0.6 ? mutateJson(bytes, pick(others), words, random) : undefined;
    bytes = changed ?? pick(changes)(bytes);
  }
  return bytes.subarray(0, MAX_INPUT_BYTES);
}
