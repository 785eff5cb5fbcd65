import { seededRandom } from "@rollcall/testkit";
import { type Reply, readReply } from "../../src/resolve/reply.js";
import { type AddressRecord, decode, type Query, type SrvRecord } from "../../src/wire/message.js";
import { type Specimen, specimens } from "./corpus.js";
import { mutate } from "./mutate.js";
import { type ReferenceAnswer, readAnswer } from "./reference-reader.js";

export interface FuzzOptions {
  readonly seed: number;
  readonly packets: number;
  /** Called now and then with the number of packets so far. */
  readonly onProgress?: (tally: Readonly<Tally>) => void;
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
  slowestMs: number;
}

/** How often the event loop gets a turn. */
const BATCH = 2000;

/**
 * Hands mutated packets to the decoder and to what makes an answer of them. What is listed has to be what another reader
 * finds in the same bytes: all of it, and nothing else.
 *
 * @throws Error with the packet, when decoding throws or what would be listed is wrong
 */
export async function fuzzDecoder({ seed, packets, onProgress }: FuzzOptions): Promise<Tally> {
  const random = seededRandom(seed);
  const all = specimens();
  const bytesOfAll = all.map(({ bytes }) => bytes);
  const tally: Tally = { packets: 0, passedOver: 0, truncated: 0, failures: 0, empty: 0, listed: 0, slowestMs: 0 };
  while (tally.packets < packets) {
    const { query, bytes } = all[Math.floor(random() * all.length)] as Specimen;
    const mutated = mutate(bytes, bytesOfAll, random);
    try {
      const began = performance.now();
      const message = decode(mutated);
      const reply = message && readReply(message, query);
      tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began);
      count(reply, tally);
      // Whoever reported malformed records has left them out, which the strict reader does not do.
      if (reply?.kind === "answer" && reply.malformed.length === 0) compare(reply, mutated, query);
    } catch (cause) {
      const what = `packet ${tally.packets} of seed ${seed}: ${(cause as Error).message}`;
      throw new Error(`${what}\n${JSON.stringify(query.question)} ${mutated.toString("hex")}`, { cause });
    }
    if (++tally.packets % BATCH === 0) {
      onProgress?.(tally);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return tally;
}

function count(reply: Reply | undefined, tally: Tally): void {
  if (reply === undefined) tally.passedOver++;
  else if (reply.kind === "truncated") tally.truncated++;
  else if (reply.kind !== "answer") tally.failures++;
  else if (reply.records.length === 0) tally.empty++;
  else tally.listed++;
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
