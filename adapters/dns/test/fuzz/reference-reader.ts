import type { Query } from "../../src/wire/message.js";

/**
 * What an answer says, read a second time by a program that shares nothing with the adapter and its codec. Written after
 * RFC 1035 section 4.1, as strictly as can be: anything odd in the answer, and the whole message counts for nothing.
 */
export interface ReferenceAnswer {
  /** The wanted records at the end of the aliases, as texts. */
  readonly records: readonly string[];
  /** The addresses in the additional section, as texts. */
  readonly glue: readonly string[];
}

interface ReferenceRecord {
  readonly name: string;
  readonly type: number;
  readonly klass: number;
  readonly data: string;
}

const TYPES = { A: 1, CNAME: 5, AAAA: 28, SRV: 33 } as const;

/** @throws Error for a message that is not a complete, successful answer to the query */
export function readAnswer(bytes: Buffer, { id, question }: Query): ReferenceAnswer {
  const flags = bytes.readUInt16BE(2);
  const isGood = bytes.readUInt16BE(0) === id && (flags & 0xfa0f) === 0x8000 && bytes.readUInt16BE(4) === 1;
  if (!isGood) throw new Error("no successful answer");
  let at = 12;
  const name = () => {
    const read = readName(bytes, at);
    at = read.end;
    return read.name.toLowerCase();
  };
  const asked = name();
  const isAsked = asked === question.name && bytes.readUInt16BE(at) === TYPES[question.type];
  if (!isAsked || bytes.readUInt16BE(at + 2) !== 1) throw new Error("another question");
  at += 4;
  const section = (count: number, isLenient: boolean): ReferenceRecord[] =>
    Array.from({ length: count }, () => {
      const owner = name();
      const [type, klass, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt16BE(at + 8)];
      const from = at + 10;
      at = from + length;
      if (at > bytes.length) throw new Error("a record ends after the message");
      try {
        return { name: owner, type, klass, data: klass === 1 ? readData(bytes, type, from, at) : "" };
      } catch (error) {
        if (isLenient) return { name: owner, type: 0, klass, data: "" };
        throw error;
      }
    });
  const answers = section(bytes.readUInt16BE(6), false);
  section(bytes.readUInt16BE(8), true);
  const additionals = section(bytes.readUInt16BE(10), true);
  if (at !== bytes.length) throw new Error("something follows");

  let end = question.name;
  for (let steps = 0; ; steps++) {
    const alias = answers.findLast(
      (record) => record.name === end && record.type === TYPES.CNAME && record.klass === 1,
    );
    if (alias === undefined) break;
    if (steps > answers.length) throw new Error("a circle");
    end = alias.data.toLowerCase();
  }
  const texts = (records: ReferenceRecord[]) => records.map((record) => `${record.name} ${record.data}`).sort();
  const isIn = ({ klass }: ReferenceRecord) => klass === 1;
  return {
    records: texts(
      answers.filter((record) => isIn(record) && record.name === end && record.type === TYPES[question.type]),
    ),
    glue: texts(
      additionals.filter((record) => isIn(record) && (record.type === TYPES.A || record.type === TYPES.AAAA)),
    ),
  };
}

function readData(bytes: Buffer, type: number, from: number, end: number): string {
  const length = end - from;
  switch (type) {
    case TYPES.A:
    case TYPES.AAAA:
      if (length !== (type === TYPES.A ? 4 : 16)) throw new Error("no address");
      return bytes.subarray(from, end).toString("hex");
    case TYPES.CNAME:
      return wholeName(bytes, from, end);
    case TYPES.SRV: {
      const numbers = [0, 2, 4].map((offset) => bytes.readUInt16BE(from + offset));
      return `${numbers.join(" ")} ${wholeName(bytes, from + 6, end)}`;
    }
    default:
      return "";
  }
}

function wholeName(bytes: Buffer, from: number, end: number): string {
  const read = readName(bytes, from);
  if (read.end !== end) throw new Error("a name of another length");
  return read.name;
}

function readName(bytes: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let [at, end, size] = [from, -1, 1];
  for (let steps = 0; ; steps++) {
    const length = bytes.readUInt8(at);
    if (steps > 255 || size > 255) throw new Error("an endless name");
    if (length === 0) return { name: labels.join("."), end: end < 0 ? at + 1 : end };
    if (length >= 0xc0) {
      if (end < 0) end = at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
    } else if (length > 63 || at + length >= bytes.length) throw new Error("no label");
    else {
      labels.push(bytes.subarray(at + 1, at + 1 + length).toString("latin1"));
      size += length + 1;
      at += length + 1;
    }
  }
}
