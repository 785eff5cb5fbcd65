interface Common {
  /** Dotted, without the root's dot. The first label of a service instance may itself contain dots. */
  readonly name: string;
  /** Seconds, as on the wire; 0 is a goodbye (RFC 6762 section 10.1). */
  readonly ttl: number;
  /** The cache-flush bit: the sender owns all records of this name and type (RFC 6762 section 10.2). */
  readonly flush: boolean;
}

export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export type PtrRecord = Common & { readonly type: "PTR"; readonly data: string };
export type SrvRecord = Common & { readonly type: "SRV"; readonly data: SrvData };
export type TxtRecord = Common & { readonly type: "TXT"; readonly data: readonly Buffer[] };
export type ARecord = Common & { readonly type: "A"; readonly data: string };
export type AaaaRecord = Common & { readonly type: "AAAA"; readonly data: string };
/** Says which types exist for a name, and so that others do not (RFC 6762 section 6.1). */
export type NsecRecord = Common & {
  readonly type: "NSEC";
  readonly data: { readonly nextDomain: string; readonly rrtypes: readonly string[] };
};
/** Something else that exists under the name; `data` is what the codec calls the type. */
export type OtherRecord = Common & { readonly type: "OTHER"; readonly data: string };

export type AddressRecord = ARecord | AaaaRecord;
export type DnsRecord = AddressRecord | NsecRecord | OtherRecord | PtrRecord | SrvRecord | TxtRecord;

export interface Question {
  readonly name: string;
  /** A record type as the codec writes it, or `ANY`. */
  readonly type: string;
  /** The QU bit: an answer by unicast will do (RFC 6762 section 5.4). Only ever received, see the README. */
  readonly unicast?: boolean;
}

export interface Message {
  readonly kind: "query" | "response";
  /** Zero except in legacy unicast exchanges (RFC 6762 section 18.1). */
  readonly id: number;
  /** The TC bit: in a query, more known answers follow in another packet (RFC 6762 section 7.2). */
  readonly truncated: boolean;
  readonly questions: readonly Question[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** Where a packet came from or goes to. */
export interface Peer {
  /** With its zone when it is an IPv6 link-local address. */
  readonly address: string;
  readonly port: number;
}

const EMPTY = { id: 0, truncated: false, questions: [], answers: [], authorities: [], additionals: [] } as const;

export function query(parts: Partial<Omit<Message, "kind">>): Message {
  return { ...EMPTY, ...parts, kind: "query" };
}

export function response(parts: Partial<Omit<Message, "kind">>): Message {
  return { ...EMPTY, ...parts, kind: "response" };
}
