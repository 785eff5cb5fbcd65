import { addressBytes } from "./address.js";
import type { DnsRecord, Question } from "./message.js";
import { nameKey } from "./names.js";

/** Numbers of the types that are compared when probes collide. */
const TYPE_NUMBERS: Readonly<Record<string, number>> = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, NSEC: 47 };
/** Type, class, time to live and length (RFC 1035 section 3.2.1). */
const RECORD_OVERHEAD_BYTES = 10;
const QUESTION_OVERHEAD_BYTES = 4;

/** The record's data as on the wire, names not compressed. */
function dataBytes(record: DnsRecord): Buffer {
  switch (record.type) {
    case "A":
    case "AAAA":
      return addressBytes(record.data) ?? Buffer.from(record.data);
    case "PTR":
      return nameBytes(record.data);
    case "SRV": {
      const { priority, weight, port, target } = record.data;
      const numbers = [priority, weight, port].flatMap((number) => [(number >> 8) & 0xff, number & 0xff]);
      return Buffer.concat([Buffer.from(numbers), nameBytes(target)]);
    }
    case "TXT":
      return Buffer.concat(record.data.flatMap((text) => [Buffer.from([text.length & 0xff]), text]));
    case "NSEC":
      return Buffer.concat([nameBytes(record.data.nextDomain), Buffer.from(record.data.rrtypes.join(" "))]);
    case "OTHER":
      return Buffer.from(record.data);
  }
}

/** Equal for two records of one name and type that say the same. */
export function dataKey(record: DnsRecord): string {
  switch (record.type) {
    case "PTR":
      return nameKey(record.data);
    case "SRV":
      return dataBytes({ ...record, data: { ...record.data, target: nameKey(record.data.target) } }).toString("latin1");
    default:
      return dataBytes(record).toString("latin1");
  }
}

/** Equal for records with the same name and type: one record set. */
export function setKey(record: { readonly name: string; readonly type: string }): string {
  return `${record.type} ${nameKey(record.name)}`;
}

/** Equal for the same record, whatever its time to live. */
export function recordKey(record: DnsRecord): string {
  return `${setKey(record)} ${dataKey(record)}`;
}

/**
 * Which of two record sets is lexicographically later: positive when `ours` is, 0 when they are the same.
 * Records are compared in order of class (all ours are IN), type and raw data (RFC 6762 section 8.2.1).
 */
export function compareSets(ours: readonly DnsRecord[], theirs: readonly DnsRecord[]): number {
  const inOrder = (records: readonly DnsRecord[]) =>
    records.map((record) => ({ type: TYPE_NUMBERS[record.type] ?? 0, data: dataBytes(record) })).sort(compareEntries);
  const [mine, others] = [inOrder(ours), inOrder(theirs)];
  for (const [index, entry] of mine.entries()) {
    const other = others[index];
    if (other === undefined) return 1;
    const order = compareEntries(entry, other);
    if (order !== 0) return order;
  }
  return mine.length - others.length;
}

function compareEntries(a: { type: number; data: Buffer }, b: { type: number; data: Buffer }): number {
  return a.type - b.type || Buffer.compare(a.data, b.data);
}

/** At most how many bytes the record takes in a packet. */
export function recordSize(record: DnsRecord): number {
  return nameSize(record.name) + RECORD_OVERHEAD_BYTES + dataBytes(record).length;
}

export function questionSize(question: Question): number {
  return nameSize(question.name) + QUESTION_OVERHEAD_BYTES;
}

function nameSize(name: string): number {
  return Buffer.byteLength(name) + 2;
}

function nameBytes(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  const parts = labels
    .map((label) => Buffer.from(label))
    .flatMap((label) => [Buffer.from([label.length & 0xff]), label]);
  return Buffer.concat([...parts, Buffer.from([0])]);
}
