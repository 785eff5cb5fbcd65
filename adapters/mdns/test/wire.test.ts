import { describe, expect, it } from "vitest";
import { type DnsRecord, query, response } from "../src/dns/message.js";
import { MAX_PACKET_BYTES, packQuery } from "../src/dns/pack.js";
import { compareSets, dataKey, questionSize, recordKey, recordSize } from "../src/dns/rdata.js";
import { fromPacket } from "../src/dns/wire.js";
import { Codec } from "./support/codec.js";
import { answersOf, recordsOf, TYPE } from "./support/records.js";

const codec = new Codec();
const aaaa = recordsOf("six", { address: "fd00::7" }).address as DnsRecord;
const nsec: DnsRecord = {
  type: "NSEC",
  name: "a.local",
  ttl: 120,
  flush: true,
  data: { nextDomain: "a.local", rrtypes: ["A", "SRV"] },
};

describe("messages", () => {
  it("come back from the wire as they were sent", async () => {
    const said = response({ answers: [...answersOf("node-1"), aaaa, nsec], id: 7, truncated: true });
    expect(codec.decode(await codec.encode(said))).toEqual(said);
    const asked = query({
      questions: [{ name: TYPE, type: "PTR", unicast: false }],
      answers: [recordsOf("node-1").ptr],
      authorities: [recordsOf("node-2").srv],
    });
    expect(codec.decode(await codec.encode(asked))).toEqual(asked);
  });

  it("carry labels with blanks, umlauts and emoji", async () => {
    const said = response({ answers: answersOf("Büro 3 – Drucker 🖨 (2)") });
    expect(codec.decode(await codec.encode(said))).toEqual(said);
  });

  it("show the QU bit of a question", async () => {
    const bytes = await codec.encode(query({ questions: [{ name: TYPE, type: "PTR" }] }));
    bytes.writeUInt16BE(0x8001, bytes.length - 2);
    expect(codec.decode(bytes)?.questions).toEqual([{ name: TYPE, type: "PTR", unicast: true }]);
  });

  it("can be sent twice: encoding changes nothing", async () => {
    const said = response({ answers: answersOf("node-1") });
    expect(await codec.encode(said)).toEqual(await codec.encode(said));
  });

  it.each([
    ["an opcode other than QUERY", { opcode: "UPDATE" }],
    ["a response code", { rcode: "NXDOMAIN" }],
    ["no type", { type: "other" }],
  ])("with %s are ignored", (_, part) => {
    expect(fromPacket({ type: "response", opcode: "QUERY", rcode: "NOERROR", ...part })).toBeUndefined();
  });

  it.each([
    ["another class", { type: "A", class: "CH", data: "10.0.0.1" }],
    ["an SRV without a target", { type: "SRV", class: "IN", data: { port: 1, priority: 0, weight: 0 } }],
    ["a TXT that is no list", { type: "TXT", class: "IN", data: "text" }],
    ["an address that is no text", { type: "A", class: "IN", data: 1 }],
    ["an NSEC without types", { type: "NSEC", class: "IN", data: { nextDomain: "a" } }],
    ["no data", { type: "PTR", class: "IN" }],
  ])("leave out a record with %s", (_, record) => {
    const raw = { name: "a.local", ttl: 1, flush: false, ...record };
    const packet = { type: "response", opcode: "QUERY", rcode: "NOERROR", answers: [raw] };
    expect(fromPacket(packet)?.answers).toEqual([]);
  });

  it("keep that something else exists under a name", async () => {
    const raw = { name: "a.local", type: "HINFO", class: "IN", ttl: 1, flush: true, data: {} };
    const packet = { type: "response", opcode: "QUERY", rcode: "NOERROR", answers: [raw] };
    expect(fromPacket(packet)?.answers).toMatchObject([{ type: "OTHER", data: "HINFO" }]);
  });

  it("take a time to live with the top bit set for 0", async () => {
    const raw = { name: "a.local", type: "A", class: "IN", ttl: 2 ** 31, data: "10.0.0.1" };
    const packet = { type: "response", opcode: "QUERY", rcode: "NOERROR", answers: [raw] };
    expect(fromPacket(packet)?.answers).toMatchObject([{ ttl: 0 }]);
  });
});

describe("packets", () => {
  it("are no bigger than was reckoned", async () => {
    for (const record of [...answersOf("node-1"), aaaa]) {
      expect((await codec.encode(response({ answers: [record] }))).length).toBe(12 + recordSize(record));
    }
    const question = { name: TYPE, type: "PTR" };
    expect((await codec.encode(query({ questions: [question] }))).length).toBe(12 + questionSize(question));
  });

  it.each([0, 1, 10, 100, 1000])("hold %i questions, each within the limit", async (count) => {
    const questions = Array.from({ length: count }, (_, n) => ({ name: `node-${n}.${TYPE}`, type: "SRV" }));
    const packets = packQuery(questions);
    expect(packets.flatMap((packet) => packet.questions)).toEqual(questions);
    for (const packet of packets) expect((await codec.encode(packet)).length).toBeLessThanOrEqual(MAX_PACKET_BYTES);
  });

  it.each([0, 1, 20, 500])("hold %i known answers after their question", async (count) => {
    const known = Array.from({ length: count }, (_, n) => recordsOf(`node-${n}`).ptr);
    const open = { name: TYPE, type: "PTR" };
    const packets = packQuery([{ name: "other", type: "A" }], open, known);
    expect(packets[0]?.questions).toEqual([{ name: "other", type: "A" }]);
    expect(packets.flatMap((packet) => packet.answers)).toEqual(known);
    expect(packets[1]?.questions).toEqual([open]);
    for (const packet of packets) expect((await codec.encode(packet)).length).toBeLessThanOrEqual(MAX_PACKET_BYTES);
  });
});

describe("the order of record sets", () => {
  const a = (data: string): DnsRecord => ({ type: "A", name: "h.local", ttl: 120, flush: true, data });
  const six = (data: string): DnsRecord => ({ type: "AAAA", name: "h.local", ttl: 120, flush: true, data });

  // The first line is the example of RFC 6762 section 8.2: 169.254.200.50 is later than 169.254.99.200.
  it.each([
    { ours: [a("169.254.99.200")], theirs: [a("169.254.200.50")], order: -1 },
    { ours: [a("169.254.200.50")], theirs: [a("169.254.99.200")], order: 1 },
    { ours: [a("10.0.0.1")], theirs: [a("10.0.0.1")], order: 0 },
    { ours: [a("10.0.0.1"), a("10.0.0.2")], theirs: [a("10.0.0.2"), a("10.0.0.1")], order: 0 },
    { ours: [a("10.0.0.1"), a("10.0.0.2")], theirs: [a("10.0.0.1")], order: 1 },
    { ours: [a("10.0.0.9")], theirs: [six("::1")], order: -1 },
    { ours: [six("fd00::1")], theirs: [six("FD00:0::0001")], order: 0 },
  ])("of $ours.0.data and $theirs.0.data is $order", ({ ours, theirs, order }) => {
    expect(Math.sign(compareSets(ours, theirs))).toBe(order);
  });

  it("does not depend on times to live or flags", async () => {
    expect(compareSets([a("10.0.0.1")], [{ ...a("10.0.0.1"), ttl: 1, flush: false } as DnsRecord])).toBe(0);
  });

  it("goes with equality: the same record has the same key, whatever the case of its names", async () => {
    const { ptr, srv } = recordsOf("node-1");
    expect(recordKey({ ...ptr, name: TYPE.toUpperCase(), data: ptr.data.toUpperCase() })).toBe(recordKey(ptr));
    expect(dataKey({ ...srv, data: { ...srv.data, target: srv.data.target.toUpperCase() } })).toBe(dataKey(srv));
    expect(dataKey({ ...srv, data: { ...srv.data, port: 1 } })).not.toBe(dataKey(srv));
  });
});
