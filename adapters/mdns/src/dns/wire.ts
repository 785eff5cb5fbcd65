import type { DnsRecord, Message, Question, SrvData } from "./message.js";

/** How the codec writes class IN with the top bit set, which in a question asks for a unicast answer. */
const IN_UNICAST = "UNKNOWN_32769";
const TRUNCATED = 1 << 9;
const AUTHORITATIVE = 1 << 10;

/** A packet as `multicast-dns` gives it; nothing about it can be relied on, it came from the network. */
export interface DecodedPacket {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly flags?: unknown;
  readonly opcode?: unknown;
  readonly rcode?: unknown;
  readonly questions?: readonly unknown[];
  readonly answers?: readonly unknown[];
  readonly authorities?: readonly unknown[];
  readonly additionals?: readonly unknown[];
}

/**
 * What a received packet says. Entries that cannot be used (another class than IN, data of another shape than the type
 * has) are left out; undefined when the whole packet has to be ignored (RFC 6762 sections 18.3 and 18.11).
 */
export function fromPacket(packet: DecodedPacket): Message | undefined {
  if (packet.opcode !== "QUERY" || packet.rcode !== "NOERROR") return undefined;
  if (packet.type !== "query" && packet.type !== "response") return undefined;
  const flags = typeof packet.flags === "number" ? packet.flags : 0;
  return {
    kind: packet.type,
    id: typeof packet.id === "number" ? packet.id : 0,
    truncated: (flags & TRUNCATED) !== 0,
    questions: (packet.questions ?? []).flatMap(toQuestion),
    answers: (packet.answers ?? []).flatMap(toRecord),
    authorities: (packet.authorities ?? []).flatMap(toRecord),
    additionals: (packet.additionals ?? []).flatMap(toRecord),
  };
}

/** What to hand to the library's `query` or `respond`. Fresh objects each time: the codec changes what it is given. */
export function toPacket(message: Message) {
  return {
    type: message.kind,
    id: message.id,
    flags: (message.truncated ? TRUNCATED : 0) | (message.kind === "response" ? AUTHORITATIVE : 0),
    questions: message.questions.map(({ name, type }) => ({ name, type, class: "IN" })),
    answers: message.answers.map(toAnswer),
    authorities: message.authorities.map(toAnswer),
    additionals: message.additionals.map(toAnswer),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function toQuestion(raw: unknown): Question[] {
  const { name, type, class: questionClass } = raw as Fields;
  if (typeof name !== "string" || typeof type !== "string") return [];
  if (questionClass !== "IN" && questionClass !== "ANY" && questionClass !== IN_UNICAST) return [];
  return [{ name, type, unicast: questionClass === IN_UNICAST }];
}

function toRecord(raw: unknown): DnsRecord[] {
  const { name, type, ttl, flush, class: recordClass, data } = raw as Fields;
  if (typeof name !== "string" || typeof type !== "string" || typeof ttl !== "number" || recordClass !== "IN")
    return [];
  // RFC 2181 section 8: a time to live with the top bit set is 0.
  const common = { name, ttl: ttl > 0x7fff_ffff ? 0 : ttl, flush: flush === true };
  switch (type) {
    case "A":
    case "AAAA":
    case "PTR":
      return typeof data === "string" ? [{ ...common, type, data }] : [];
    case "SRV":
      return isSrv(data) ? [{ ...common, type, data }] : [];
    case "TXT":
      return Array.isArray(data) && data.every((text) => Buffer.isBuffer(text)) ? [{ ...common, type, data }] : [];
    case "NSEC":
      return isNsec(data) ? [{ ...common, type, data }] : [];
    default:
      return [{ ...common, type: "OTHER", data: type }];
  }
}

function toAnswer(record: DnsRecord) {
  const { name, type, ttl, flush } = record;
  const data = record.type === "TXT" ? [...record.data] : record.data;
  return { name, type, ttl, flush, class: "IN", data };
}

function isSrv(data: unknown): data is SrvData {
  const { priority, weight, port, target } = (data ?? {}) as Fields;
  return [priority, weight, port].every((number) => typeof number === "number") && typeof target === "string";
}

function isNsec(data: unknown): data is { nextDomain: string; rrtypes: string[] } {
  const { nextDomain, rrtypes } = (data ?? {}) as Fields;
  return typeof nextDomain === "string" && Array.isArray(rrtypes);
}
