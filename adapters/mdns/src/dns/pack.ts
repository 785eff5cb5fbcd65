import { type DnsRecord, type Message, type Question, query } from "./message.js";
import { questionSize, recordSize } from "./rdata.js";

/**
 * At most this much DNS in one packet. Ethernet leaves 1452 bytes after the IPv6 and UDP headers; tunnels and overlays
 * leave less, and a packet in fragments is lost when one of them is.
 */
export const MAX_PACKET_BYTES = 1200;
const HEADER_BYTES = 12;

/**
 * Packets for questions and the answers already known. When the known answers do not fit, every packet but the last has
 * the TC bit and those after the first carry answers alone (RFC 6762 section 7.2).
 *
 * @param open the question that the known answers belong to, if one is asked
 */
export function packQuery(
  questions: readonly Question[],
  open?: Question,
  known: readonly DnsRecord[] = [],
): Message[] {
  const messages = split(questions, questionSize).map((some) => query({ questions: some }));
  if (open === undefined) return messages;
  const parts = split(known, recordSize, questionSize(open));
  if (parts.length === 0) return [...messages, query({ questions: [open] })];
  const answering = parts.map((answers, index) =>
    query({ questions: index === 0 ? [open] : [], answers, truncated: index < parts.length - 1 }),
  );
  return [...messages, ...answering];
}

function split<T>(items: readonly T[], sizeOf: (item: T) => number, reservedBytes = 0): T[][] {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (parts.length === 0 || size > room) {
      room = MAX_PACKET_BYTES - HEADER_BYTES - (parts.length === 0 ? reservedBytes : 0);
      parts.push([]);
    }
    parts.at(-1)?.push(item);
    room -= size;
  }
  return parts;
}
