import { seededRandom } from "@rollcall/testkit";
import { type Reply, readReply } from "../../src/resolve/reply.js";
import { type AddressRecord, decode, type Query, type SrvRecord } from "../../src/wire/message.js";
import { type Specimen, specimens } from "./corpus.js";
import { mutate } from "./mutate.js";
import { type ReferenceAnswer, readAnswer } from "./reference-reader.js";

export interface FuzzOptions {
  readonly seed: number;
  readonly packets: number;
}

/** What became of the packets. */
export interface Tally {
  packets: number;
  /** No message, or none that answers the query: one goes on waiting. */
  passedOver: number;
  /** Asked for again by TCP. */
  truncated: number;
  failures: number;
  /** Answers without records: nobody is listed. */
  empty: number;
  /** Answers with records, each of which the reference reader has found as well. */
  listed: number;
}

const COUNTED_AS = Object.freeze({
  "passed over": "passedOver",
  truncated: "truncated",
  failure: "failures",
  noEdns: "failures",
  empty: "empty",
  answer: "listed",
} as const);

/**
 * Hands mutated packets to the decoder and to what makes an answer of them. What is listed has to be what another reader
 * finds in the same bytes: all of it, and nothing else.
 *
 * @throws Error with the packet, when decoding throws or what would be listed is wrong
 */
export function fuzzDecoder({ seed, packets }: FuzzOptions): Tally {
  const random = seededRandom(seed);
  const all = specimens();
  const bytesOfAll = all.map(({ bytes }) => bytes);
  const tally: Tally = { packets: 0, passedOver: 0, truncated: 0, failures: 0, empty: 0, listed: 0 };
  while (tally.packets < packets) {
    const { query, bytes } = all[Math.floor(random() * all.length)] as Specimen;
    const mutated = mutate(bytes, bytesOfAll, random);
    try {
      tally[COUNTED_AS[check(mutated, query)]]++;
    } catch (cause) {
      const what = `packet ${tally.packets} of seed ${seed}: ${(cause as Error).message}`;
      throw new Error(`${what}\n${JSON.stringify(query.question)} ${mutated.toString("hex")}`, { cause });
    }
    tally.packets++;
  }
  return tally;
}

/**
 * Reads one packet as the answer to a query.
 *
 * @returns what became of it
 * @throws Error when what would be listed is not what the reference reader finds
 */
export function check(bytes: Buffer, query: Query): Reply["kind"] | "empty" | "passed over" {
  const message = decode(bytes);
  const reply = message && readReply(message, query);
  if (reply === undefined) return "passed over";
  if (reply.kind !== "answer") return reply.kind;
  // Whoever reported malformed records has left them out, which the strict reader does not do.
  if (reply.malformed.length === 0) compare(reply, bytes, query);
  return reply.records.length === 0 ? "empty" : "answer";
}

function compare(reply: Extract<Reply, { kind: "answer" }>, bytes: Buffer, query: Query): void {
  // Somebody who does not exist has no records, and the code for that is no success.
  const doesNotExist = (bytes.readUInt8(3) & 0xf) === 3;
  if (doesNotExist && reply.records.length === 0) return;
  let reference: ReferenceAnswer | undefined;
  try {
    reference = readAnswer(bytes, query);
  } catch (cause) {
    if (reply.records.length === 0) return;
    throw new Error(`lists ${reply.records.length} records of what is no answer (${(cause as Error).message})`, {
      cause,
    });
  }
  for (const what of ["records", "glue"] as const) {
    const found = reply[what].map(textOf).sort();
    if (String(found) === String(reference[what])) continue;
    throw new Error(`has found the ${what} [${found}], and the reference reader [${reference[what]}]`);
  }
}

function textOf(record: AddressRecord | SrvRecord): string {
  const owner = record.name.toLowerCase();
  if (record.type !== "SRV") return `${owner} ${hexOf(record)}`;
  return `${owner} ${record.priority} ${record.weight} ${record.port} ${record.target}`;
}

function hexOf({ type, address }: AddressRecord): string {
  if (type === "A") return Buffer.from(address.split(".").map(Number)).toString("hex");
  const [head = "", tail] = address.split("::");
  const groups = (half: string) => (half === "" ? [] : half.split(":").map((group) => group.padStart(4, "0")));
  const [first, last] = [groups(head), groups(tail ?? "")];
  return [...first, ...new Array<string>(8 - first.length - last.length).fill("0000"), ...last].join("");
}
