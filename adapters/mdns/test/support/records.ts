import type { DnsRecord } from "../../src/dns/message.js";

export const TYPE = "_orders._tcp.local";

export interface Example {
  readonly name?: string;
  readonly port?: number;
  readonly host?: string;
  readonly address?: string;
  readonly txt?: readonly string[];
  readonly hostTtl?: number;
  readonly serviceTtl?: number;
}

/** The records of an instance as somebody else's responder would publish them. */
export function recordsOf(label: string, example: Example = {}) {
  const { hostTtl = 120, serviceTtl = 4500, port = 7337, txt = [`id=${label}`] } = example;
  const { host = `${label}-host.local`, address = "10.0.0.7" } = example;
  const name = `${label}.${TYPE}`;
  return {
    ptr: { type: "PTR", name: TYPE, ttl: serviceTtl, flush: false, data: name },
    srv: { type: "SRV", name, ttl: hostTtl, flush: true, data: { priority: 0, weight: 0, port, target: host } },
    txt: { type: "TXT", name, ttl: serviceTtl, flush: true, data: txt.map((text) => Buffer.from(text)) },
    address: { type: address.includes(":") ? "AAAA" : "A", name: host, ttl: hostTtl, flush: true, data: address },
  } satisfies Record<string, DnsRecord>;
}

/** All four, as answers of one packet. */
export function answersOf(label: string, example?: Example): DnsRecord[] {
  return Object.values(recordsOf(label, example)) as DnsRecord[];
}

export function goodbye(records: readonly DnsRecord[]): DnsRecord[] {
  return records.map((record) => ({ ...record, ttl: 0 }));
}
