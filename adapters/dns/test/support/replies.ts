import { type Answer, decode, encode, type Packet } from "dns-packet";

/** A query as another codec than the adapter's reads it. */
export interface ReceivedQuery {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  /** What the sender says it can take; undefined when it says nothing (no EDNS). */
  readonly udpBytes?: number;
  readonly recursionDesired: boolean;
  readonly bytes: Buffer;
}

/** What a server says. Left out is: no error, no records, and the question repeated. */
export interface Reply {
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  readonly additionals?: readonly Answer[];
  readonly rcode?: number;
  readonly isTruncated?: boolean;
  readonly isAuthoritative?: boolean;
  readonly id?: number;
  readonly questions?: Packet["questions"];
}

export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const REFUSED = 5;

const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;

export function readQuery(bytes: Buffer): ReceivedQuery {
  const { id = 0, questions = [], additionals = [], flag_rd: recursionDesired = false } = decode(bytes);
  const [question] = questions;
  const options = additionals.find((record) => record.type === "OPT") as { udpPayloadSize?: number } | undefined;
  return {
    ...{ id, bytes, recursionDesired: recursionDesired as boolean },
    name: question?.name ?? "",
    type: question?.type ?? "",
    ...(options?.udpPayloadSize === undefined ? {} : { udpBytes: options.udpPayloadSize }),
  };
}

export function respond(query: Pick<ReceivedQuery, "id" | "name" | "type">, reply: Reply): Buffer {
  const { answers = [], authorities = [], additionals = [], rcode = 0 } = reply;
  return encode({
    type: "response",
    id: reply.id ?? query.id,
    flags:
      RESPONSE |
      (reply.isAuthoritative === false ? 0 : AUTHORITATIVE) |
      (reply.isTruncated === true ? TRUNCATED : 0) |
      rcode,
    questions: reply.questions ?? [{ name: query.name, type: query.type as "SRV", class: "IN" }],
    answers: [...answers],
    authorities: [...authorities],
    additionals: [...additionals],
  });
}

export function srv(
  name: string,
  target: string,
  port: number,
  rest: { ttl?: number; priority?: number; weight?: number } = {},
): Answer {
  const { ttl = 60, priority = 0, weight = 0 } = rest;
  return { type: "SRV", name, ttl, data: { target, port, priority, weight } };
}

export function a(name: string, data: string, ttl = 60): Answer {
  return { type: "A", name, ttl, data };
}

export function aaaa(name: string, data: string, ttl = 60): Answer {
  return { type: "AAAA", name, ttl, data };
}

export function cname(name: string, data: string, ttl = 60): Answer {
  return { type: "CNAME", name, ttl, data };
}

export function soa(name: string, minimum: number, ttl = 3600): Answer {
  const serials = { serial: 1, refresh: 3600, retry: 600, expire: 86_400 };
  return { type: "SOA", name, ttl, data: { mname: `ns.${name}`, rname: `admin.${name}`, ...serials, minimum } };
}
