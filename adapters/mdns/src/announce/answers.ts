import { type DnsRecord, type Message, type Question, response } from "../dns/message.js";
import { sameName } from "../dns/names.js";
import { recordKey } from "../dns/rdata.js";
import { nsecFor, type OwnRecords } from "./own-records.js";

/** A legacy client knows neither goodbyes nor flushing, and must not keep what it got for long (RFC 6762 6.7). */
const LEGACY_TTL_S = 10;

/** Our records that answer a question; for a name that is ours but has no such record, the proof that it has none. */
export function answersTo({ name, type }: Question, records: OwnRecords): DnsRecord[] {
  const found = records.all.filter((record) => sameName(record.name, name) && (type === "ANY" || type === record.type));
  if (found.length > 0) return found;
  const ours = records.unique.find((record) => sameName(record.name, name));
  return ours ? [nsecFor(ours.name, records)] : [];
}

/** Whether the asker has the record, with at least half of its life left (RFC 6762 section 7.1). */
export function isKnown(record: DnsRecord, known: readonly DnsRecord[]): boolean {
  const key = recordKey(record);
  return known.some((answer) => answer.ttl >= record.ttl / 2 && recordKey(answer) === key);
}

/** What whoever gets these answers will ask next (RFC 6763 section 12). */
export function additionalsFor(answers: readonly DnsRecord[], records: OwnRecords): DnsRecord[] {
  const further = new Set<DnsRecord>();
  for (const answer of answers) {
    if (answer === records.pointer) further.add(records.srv).add(records.txt);
    if (answer !== records.typePointer) for (const address of records.addresses) further.add(address);
  }
  return [...further].filter((record) => !answers.includes(record));
}

/** An answer that looks like an ordinary name server's, to a client that asked from a port of its own. */
export function legacyResponse(asked: Message, answers: readonly DnsRecord[], records: OwnRecords): Message {
  const plain = (record: DnsRecord) => ({ ...record, flush: false, ttl: Math.min(record.ttl, LEGACY_TTL_S) });
  return response({
    id: asked.id,
    questions: asked.questions,
    answers: answers.map(plain),
    additionals: additionalsFor(answers, records).map(plain),
  });
}
