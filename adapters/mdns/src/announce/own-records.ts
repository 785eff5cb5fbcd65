import { addressBytes, isLinkLocal, withoutZone } from "../dns/address.js";
import type { AddressRecord, DnsRecord, NsecRecord, PtrRecord, SrvRecord, TxtRecord } from "../dns/message.js";
import { hostNameFor, SERVICE_TYPES, toLabel } from "../dns/names.js";
import type { Link } from "../net/network.js";

/** What is to be announced, before interface and name are settled. */
export interface AnnouncedThing {
  /** `_orders._tcp.local` */
  readonly type: string;
  /** The text that the instance's name is made of. */
  readonly label: string;
  readonly port: number;
  readonly txt: readonly Buffer[];
  /** Addresses to publish, zones and all; or those of each interface itself, all or only IPv4. */
  readonly addresses: readonly string[] | "interface" | "interface-ipv4";
  /** Of SRV, A and AAAA records, in seconds. */
  readonly hostTtl: number;
  /** Of PTR and TXT records, in seconds. */
  readonly serviceTtl: number;
}

/** The records of one instance on one link. */
export interface OwnRecords {
  readonly pointer: PtrRecord;
  /** In the list of service types; every instance of the type on the network has the same one. */
  readonly typePointer: PtrRecord;
  readonly srv: SrvRecord;
  readonly txt: TxtRecord;
  readonly addresses: readonly AddressRecord[];
  /** What nobody else may have: SRV, TXT and addresses. */
  readonly unique: readonly DnsRecord[];
  readonly all: readonly DnsRecord[];
}

/** @param attempt 1, and one more after each conflict */
export function ownRecords(thing: AnnouncedThing, attempt: number, link: Link): OwnRecords {
  const { type, port, hostTtl, serviceTtl } = thing;
  const name = `${toLabel(thing.label, attempt)}.${type}`;
  const host = hostNameFor(name);
  const pointer: PtrRecord = { type: "PTR", name: type, ttl: serviceTtl, flush: false, data: name };
  const typePointer: PtrRecord = { type: "PTR", name: SERVICE_TYPES, ttl: serviceTtl, flush: false, data: type };
  const data = { priority: 0, weight: 0, port, target: host };
  const srv: SrvRecord = { type: "SRV", name, ttl: hostTtl, flush: true, data };
  const txt: TxtRecord = { type: "TXT", name, ttl: serviceTtl, flush: true, data: thing.txt };
  const addresses = addressesOn(link, thing).map(
    (address): AddressRecord => ({
      type: address.includes(":") ? "AAAA" : "A",
      name: host,
      ttl: hostTtl,
      flush: true,
      data: address,
    }),
  );
  const unique = [srv, txt, ...addresses];
  return { pointer, typePointer, srv, txt, addresses, unique, all: [pointer, typePointer, ...unique] };
}

/** Says which types one of our names has, to whoever asks for another (RFC 6762 section 6.1). */
export function nsecFor(name: string, { unique, srv }: OwnRecords): NsecRecord {
  const rrtypes = [...new Set(unique.filter((record) => record.name === name).map((record) => record.type))];
  return { type: "NSEC", name, ttl: srv.ttl, flush: true, data: { nextDomain: name, rrtypes } };
}

function addressesOn(link: Link, { addresses }: AnnouncedThing): string[] {
  if (addresses === "interface") return [...link.addresses];
  if (addresses === "interface-ipv4") return link.addresses.filter((address) => !address.includes(":"));
  return addresses.filter((address) => isGoodOn(link, address)).map(withoutZone);
}

/** A link-local IPv6 address is good on its own link alone. */
function isGoodOn(link: Link, address: string): boolean {
  if (addressBytes(address)?.length !== 16 || !isLinkLocal(address)) return true;
  const [, zone] = address.split("%", 2);
  return zone === undefined ? link.addresses.includes(address) : zone === link.zone;
}
