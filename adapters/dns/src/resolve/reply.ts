import type { DiscoveryErrorCode } from "@rollcall/core";
import {
  type AddressRecord,
  type DnsRecord,
  isAddress,
  type Message,
  type Query,
  type Question,
  type SrvRecord,
} from "../wire/message.js";
import { isDomainName, nameKey } from "../wire/names.js";

/** What can be concluded from one message. */
export type Reply =
  | ({ readonly kind: "answer" } & Answer)
  /** Not everything is there; a connection carries more than a datagram. */
  | { readonly kind: "truncated"; readonly why: string }
  /** The server does not understand the extension of RFC 6891. */
  | { readonly kind: "noEdns" }
  /** `why` completes "the server …". */
  | { readonly kind: "failure"; readonly code: DiscoveryErrorCode; readonly why: string };

export interface Answer {
  /** Those of the wanted type at the end of the chain of aliases. */
  readonly records: readonly (AddressRecord | SrvRecord)[];
  /** The name to ask for instead, if the server did not follow an alias itself. */
  readonly alias?: string;
  /** Seconds for which the answer holds, the absence of records included; undefined when the server does not say. */
  readonly ttl?: number;
  /** Addresses that came along. */
  readonly glue: readonly AddressRecord[];
  readonly malformed: readonly string[];
}

const RESPONSE_CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const;
const BADVERS = 16;
const TYPE_NUMBERS = Object.freeze({ A: 1, AAAA: 28, SRV: 33 });
const IN = 1;

/**
 * Reads a message as the answer to a query; undefined when it is none, and one should go on waiting. It has to bear the
 * query's id and repeat its question (RFC 5452 section 9.1). Some servers that refuse leave the question out.
 */
export function readReply(message: Message, query: Query): Reply | undefined {
  const { id, question } = query;
  if (!message.isResponse || message.id !== id || message.opcode !== 0) return undefined;
  const code = RESPONSE_CODES[message.rcode];
  const isVerdict = code === "NOERROR" || code === "NXDOMAIN";
  const [asked, ...more] = message.questions;
  const isOurs = asked !== undefined && more.length === 0 && isSame(asked, question);
  if (!isOurs && (isVerdict || asked !== undefined)) return undefined;
  if (!isVerdict) return refusal(message, code, query);
  if (message.isTruncated) return { kind: "truncated", why: "says that its answer is cut short" };
  if (message.damage !== undefined)
    return { kind: "truncated", why: `sent an answer that is damaged: ${message.damage}` };
  return verdict(message, question);
}

function isSame(asked: Message["questions"][number], { name, type }: Question): boolean {
  return asked.type === TYPE_NUMBERS[type] && asked.class === IN && nameKey(asked.name) === nameKey(name);
}

function refusal({ rcode }: Message, code: string | undefined, { edns }: Query): Reply {
  if (edns && (code === "FORMERR" || code === "NOTIMP" || rcode === BADVERS)) return { kind: "noEdns" };
  switch (code) {
    case "REFUSED":
      return failure("FORBIDDEN", "refuses to answer (REFUSED); allow this host to query it, or name another server");
    case "SERVFAIL":
      return failure("UNAVAILABLE", "cannot find out (SERVFAIL); look at its log, and at the zone's own servers");
    default:
      return failure("INVALID_RESPONSE", `answers with an error (${code ?? `code ${rcode}`}); look at its log`);
  }
}

function verdict(message: Message, { name, type }: Question): Reply {
  const { answers, authorities, malformed } = message;
  const chain = followAliases(answers, name);
  if (chain === undefined) return failure("INVALID_RESPONSE", `has aliases of ${name} that lead in a circle`);
  const records = answers.filter(
    (record): record is AddressRecord | SrvRecord =>
      record.type === type && nameKey(record.name) === nameKey(chain.end),
  );
  const doesNotExist = message.rcode !== 0;
  if (doesNotExist && records.length > 0)
    return failure("INVALID_RESPONSE", `has records of ${name}, which it says does not exist`);
  const glue = message.additionals.filter(isAddress);
  if (records.length > 0) {
    return { kind: "answer", records, ttl: Math.min(chain.ttl, ...records.map(({ ttl }) => ttl)), glue, malformed };
  }
  const isAbout = (record: DnsRecord) => nameKey(record.name) === nameKey(name);
  if (answers.length > 0 && !answers.some(isAbout)) {
    return failure("INVALID_RESPONSE", `answers about ${answers[0]?.name} when asked for ${name}`);
  }
  const soa = authorities.find((record) => record.type === "SOA");
  const isReferral = soa === undefined && !message.isAuthoritative && authorities.some(({ type }) => type === "NS");
  if (chain.end !== name && !doesNotExist && soa === undefined && malformed.length === 0) {
    if (!isDomainName(chain.end)) return failure("INVALID_RESPONSE", `has an alias of ${name} that is no name`);
    return { kind: "answer", records, alias: chain.end, ttl: chain.ttl, glue, malformed };
  }
  if (isReferral && !doesNotExist) {
    return failure("INVALID_RESPONSE", "refers to other servers; name one that looks names up itself (a resolver)");
  }
  // RFC 2308 section 5: nothing is there for the smaller of the two.
  const ttl = soa === undefined ? undefined : Math.min(soa.ttl, soa.minimum, chain.ttl);
  return { kind: "answer", records, ...(ttl === undefined ? {} : { ttl }), glue, malformed };
}

/** Where the aliases in an answer lead, and the shortest time that one of them holds; undefined for a circle. */
function followAliases(answers: readonly DnsRecord[], name: string): { end: string; ttl: number } | undefined {
  const aliases = new Map(
    answers.flatMap((record) => (record.type === "CNAME" ? [[nameKey(record.name), record] as const] : [])),
  );
  let [end, ttl] = [name, Number.POSITIVE_INFINITY];
  for (let steps = 0; steps <= aliases.size; steps++) {
    const alias = aliases.get(nameKey(end));
    if (alias === undefined) return { end, ttl };
    [end, ttl] = [alias.target, Math.min(ttl, alias.ttl)];
  }
  return undefined;
}

function failure(code: DiscoveryErrorCode, why: string): Reply {
  return { kind: "failure", code, why };
}
