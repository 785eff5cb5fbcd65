import dns2 from "dns2";
import { BoundedReader } from "./bounded-reader.js";

const { Packet } = dns2;

/** What fits a datagram everywhere without being split on the way (RFC 6891 section 6.2.5, DNS flag day 2020). */
const EDNS_UDP_BYTES = 1232;
const HEADER_BYTES = 12;
/** What the codec makes of a time to live with the top bit set, which means 0 (RFC 2181 section 8). */
const TTL_LIMIT = 0x7fff_ffff;

/** What is asked for. */
export type WantedType = "A" | "AAAA" | "SRV";

export interface Question {
  /** Without the root's dot. */
  readonly name: string;
  readonly type: WantedType;
}

export type AddressRecord = Common<"A" | "AAAA"> & { readonly address: string };
export type SrvRecord = Common<"SRV"> & {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** Without the root's dot, so "" is the root: the service is decidedly not available (RFC 2782). */
  readonly target: string;
};
export type DnsRecord =
  | AddressRecord
  | SrvRecord
  | (Common<"CNAME"> & { readonly target: string })
  | (Common<"SOA"> & { readonly minimum: number })
  | Common<"NS" | "OTHER">;

interface Common<Type> {
  readonly type: Type;
  /** Without the root's dot. */
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
}

/** A message from the network; nothing about it can be relied on. */
export interface Message {
  readonly id: number;
  readonly isResponse: boolean;
  readonly opcode: number;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly isRecursive: boolean;
  readonly rcode: number;
  readonly questions: readonly { readonly name: string; readonly type: number; readonly class: number }[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Why it is not all there. What was read until then is in the sections, and may be less than was sent. */
  readonly damage?: string;
  /** Records of the answer that take their place, but cannot be read. */
  readonly malformed: readonly string[];
}

export function isAddress(record: DnsRecord): record is AddressRecord {
  return record.type === "A" || record.type === "AAAA";
}

export interface Query {
  readonly id: number;
  readonly question: Question;
  /** Whether to say how large an answer may be; some old servers refuse a query that does. */
  readonly edns: boolean;
}

export function encodeQuery({ id, question, edns }: Query): Buffer {
  const packet = new Packet();
  packet.header = new Packet.Header({ id, rd: 1 });
  packet.questions.push(
    new Packet.Question({ name: question.name, type: Packet.TYPE[question.type], class: Packet.CLASS.IN }),
  );
  if (edns) packet.additionals.push(new Packet.Resource(Packet.Resource.EDNS([], { udpPayloadSize: EDNS_UDP_BYTES })));
  return packet.toBuffer();
}

/** What a message says; undefined when it is too short to be one. Never throws. */
export function decode(bytes: Buffer): Message | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const reader = new BoundedReader(bytes);
  const header = Packet.Header.parse(reader);
  const malformed: string[] = [];
  let damage: string | undefined;
  // Not Packet.parse, which would read with a reader of its own.
  const section = <T>(count: number, parse: () => T, onBadRecord: (error: Error) => void): T[] => {
    const entries: T[] = [];
    for (let index = 0; index < count && damage === undefined; index++) {
      try {
        entries.push(parse());
      } catch (error) {
        // The codec says whether it knows where the next record begins.
        if ((error as { recovered?: boolean }).recovered === true) onBadRecord(error as Error);
        else damage = (error as Error).message;
      }
    }
    return entries;
  };
  const resources = (count: number, onBadRecord = (_error: Error) => {}) =>
    section(count, () => Packet.Resource.parse(reader), onBadRecord);

  const questions = section(
    header.qdcount,
    () => Packet.Question.parse(reader),
    () => {},
  );
  const answers = resources(header.ancount, (error) => malformed.push(error.message));
  const authorities = resources(header.nscount);
  const additionals = resources(header.arcount);
  // A count that was cut down would otherwise go unnoticed.
  if (damage === undefined && reader.remaining() > 0) damage = `${reader.remaining() / 8} bytes follow its last record`;

  const options = additionals.find(({ type }) => type === Packet.TYPE.EDNS);
  return {
    id: header.id,
    isResponse: header.qr === 1,
    opcode: header.opcode,
    isAuthoritative: header.aa === 1,
    isTruncated: header.tc === 1,
    isRecursive: header.ra === 1,
    rcode: ((options?.extendedRcode ?? 0) << 4) | header.rcode,
    questions,
    answers: answers.flatMap(toRecord),
    authorities: authorities.flatMap(toRecord),
    additionals: additionals.flatMap(toRecord),
    ...(damage === undefined ? {} : { damage }),
    malformed,
  };
}

function toRecord(raw: dns2.Packet.Resource): DnsRecord[] {
  if (raw.class !== Packet.CLASS.IN) return [];
  const common = { name: raw.name, ttl: raw.ttl >= TTL_LIMIT ? 0 : raw.ttl };
  switch (raw.type) {
    case Packet.TYPE.A:
      return [{ ...common, type: "A", address: raw.address as string }];
    case Packet.TYPE.AAAA:
      return [{ ...common, type: "AAAA", address: raw.address as string }];
    case Packet.TYPE.SRV: {
      const { priority, weight, port, target } = raw as Required<dns2.Packet.Resource>;
      return [{ ...common, type: "SRV", priority, weight, port, target }];
    }
    case Packet.TYPE.CNAME:
      return [{ ...common, type: "CNAME", target: raw.domain as string }];
    case Packet.TYPE.SOA:
      return [{ ...common, type: "SOA", minimum: raw.minimum as number }];
    default:
      return [{ ...common, type: raw.type === Packet.TYPE.NS ? "NS" : "OTHER" }];
  }
}
