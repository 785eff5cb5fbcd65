import { decode, type Answer as WireRecord } from "dns-packet";
import dns2 from "dns2";
import type { Query, WantedType } from "../../src/wire/message.js";
import { a, aaaa, cname, NXDOMAIN, type Reply, respond, SERVFAIL, soa, srv } from "../support/replies.js";

/** A well-formed message, and the query that it answers. */
export interface Specimen {
  readonly query: Query;
  readonly bytes: Buffer;
}

const SERVICE = "_rollcall._tcp.orders.example";
const NAME = "orders.example";
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const services = (count: number) => numbers(count).map((number) => srv(SERVICE, `n${number}.example`, 7000 + number));
const glue = (count: number) => numbers(count).map((number) => a(`n${number}.example`, `10.1.0.${number}`));
const ns: WireRecord = { type: "NS", name: "example", ttl: 60, data: "ns.example" };
const options: WireRecord = { type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [] } as never;

const REPLIES: readonly (readonly [WantedType, Reply])[] = [
  ["SRV", { answers: services(3), additionals: [...glue(3), aaaa("n1.example", "fd00::1"), options] }],
  ["SRV", { answers: services(1) }],
  ["SRV", { answers: services(15), authorities: [ns], additionals: glue(15) }],
  ["SRV", { answers: [srv(SERVICE, ".", 0)] }],
  ["SRV", { answers: [cname(SERVICE, "b.example"), srv("b.example", "n1.example", 7001)] }],
  ["A", { answers: numbers(3).map((number) => a(NAME, `10.1.0.${number}`)) }],
  ["A", { answers: [cname(NAME, "b.example"), cname("b.example", "c.example"), a("c.example", "10.1.0.1")] }],
  ["A", { answers: [cname(NAME, "b.example")] }],
  ["AAAA", { answers: [aaaa(NAME, "fd00::1"), aaaa(NAME, "fd00::2")], additionals: [options] }],
  ["A", { rcode: NXDOMAIN, authorities: [soa("example", 30)] }],
  ["SRV", { authorities: [soa("example", 30)] }],
  ["A", { isAuthoritative: false, authorities: [ns], additionals: [a("ns.example", "10.1.0.9")] }],
  ["A", { rcode: SERVFAIL }],
  ["A", { isTruncated: true }],
];

/** Messages as servers send them: names written out, and names that refer to others. */
export function specimens(): Specimen[] {
  return REPLIES.flatMap(([type, reply], index) => {
    const name = type === "SRV" ? SERVICE : NAME;
    const id = 0x1234 + index;
    const query = { id, question: { name, type }, edns: true };
    const plain = respond({ id, name, type }, reply);
    return [plain, compressed(plain)].map((bytes) => ({ query, bytes }));
  });
}

/** The codec of the adapter writes pointers where that of the tests writes names. */
function compressed(bytes: Buffer): Buffer {
  const packet = dns2.Packet.parse(bytes);
  const again = packet.toBuffer();
  const counts = (message: Buffer) => decode(message).answers?.length;
  if (packet.errors.length > 0 || counts(again) !== counts(bytes)) throw new Error("a specimen is not well-formed");
  return again;
}
