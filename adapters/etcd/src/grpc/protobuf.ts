/**
 * As much of the encoding of Protocol Buffers as etcd's messages take: varints, texts and bytes, messages within messages.
 * See https://protobuf.dev/programming-guides/encoding/.
 */

/** What a field holds on the wire: a number, or bytes (a text, a message). */
export type FieldValue = number | Uint8Array;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** A field of a message to be written. Zero, `false` and empty texts are what a missing field means, and are left out. */
export type Field = readonly [number: number, value: number | boolean | string | Uint8Array | undefined];

export function encodeMessage(...fields: readonly Field[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (typeof value === "number" || typeof value === "boolean") {
      if (Number(value) !== 0) parts.push(varint(number * 8 + VARINT), varint(Number(value)));
    } else if (value !== undefined && value !== "") {
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      parts.push(varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

/**
 * The fields of a message in the order in which they are there, each with its number.
 *
 * Numbers are exact up to 2⁵³, which no revision and none of our leases reaches; negative ones come out as huge.
 *
 * @throws RangeError when the bytes are not a message
 */
export function* decodeMessage(bytes: Uint8Array): Generator<readonly [number: number, value: FieldValue]> {
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const key = readVarint(reader);
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case VARINT:
        yield [number, readVarint(reader)];
        break;
      case LENGTH_DELIMITED:
        yield [number, readBytes(reader, readVarint(reader))];
        break;
      // etcd has none of these; a later version may.
      case FIXED_64:
        readBytes(reader, 8);
        break;
      case FIXED_32:
        readBytes(reader, 4);
        break;
      default:
        throw new RangeError(`the wire type ${key % 8} is unknown`);
    }
  }
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

/** @param value a whole number from 0 to 2⁵³ */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Uint8Array.of(...bytes, rest);
}

function readVarint(reader: Reader): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new RangeError("it ends in the middle of a number");
    value += (byte % 0x80) * scale;
    if (byte < 0x80) return value;
  }
}

function readBytes(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length;
  if (end > reader.bytes.length) throw new RangeError("it ends in the middle of a field");
  const bytes = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return bytes;
}
