import { Deframer, frame } from "../../../adapters/etcd/src/grpc/framing.js";
import { decodeMessage, encodeMessage, type FieldValue } from "../../../adapters/etcd/src/grpc/protobuf.js";
import type { Target } from "../lib/target.ts";

const inner = encodeMessage([1, "/services/orders/a"], [5, '{"host":"10.0.0.7","port":7337}'], [6, 2 ** 40]);
const DEPTH = 4;

/** Fields read as deep as they can be; how many there are. */
function countFields(bytes: Uint8Array, depth: number): number {
  let count = 0;
  for (const [number, value] of decodeMessage(bytes)) {
    if (!(Number.isInteger(number) && number >= 0)) throw new Error(`A field has the number ${number}.`);
    count += 1 + (depth === 0 ? 0 : countWithin(value, depth));
  }
  return count;
}

function countWithin(value: FieldValue, depth: number): number {
  if (typeof value === "number") return 0;
  try {
    return countFields(value, depth - 1);
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

export const target: Target = {
  isJson: false,
  words: ["\0\0\0\0", "\u0001\0\0\0\0"],
  seeds: [frame(inner), Buffer.concat([frame(encodeMessage([1, inner], [2, true])), frame(inner)])],
  run(bytes) {
    const messages: Buffer[] = [];
    const deframer = new Deframer();
    try {
      for (const piece of [bytes.subarray(0, 7), bytes.subarray(7)]) messages.push(...deframer.take(piece));
    } catch (error) {
      if (error instanceof RangeError) return "refused by the framing";
      throw error;
    }
    if (messages.reduce((sum, { length }) => sum + length + 5, 0) > bytes.length) throw new Error("It reads too much.");
    try {
      const fields = messages.map((message) => countFields(message, DEPTH));
      return messages.length === 0 ? "nothing yet" : fields.some((count) => count > 0) ? "fields" : "no fields";
    } catch (error) {
      if (error instanceof RangeError) return "refused";
      throw error;
    }
  },
};
