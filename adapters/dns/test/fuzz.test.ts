import { describe, expect, it } from "vitest";
import { readReply } from "../src/resolve/reply.js";
import { decode } from "../src/wire/message.js";
import { specimens } from "./fuzz/corpus.js";
import { fuzzDecoder } from "./fuzz/fuzz.js";

/** A few, and always the same; `npm run fuzz -- dns` goes on from there for as long as one likes. */
const packets = 20_000;

describe("the decoder", () => {
  it("reads every specimen", () => {
    const kinds = specimens().map(({ query, bytes }) => {
      const message = decode(bytes);
      return message && readReply(message, query)?.kind;
    });
    expect(new Set(kinds)).toEqual(new Set(["answer", "failure", "truncated"]));
    expect(kinds.filter((kind) => kind === "answer")).toHaveLength(22);
  });

  it("makes no answer of a message that is cut short, wherever", () => {
    for (const { query, bytes } of specimens()) {
      for (let length = 0; length < bytes.length; length++) {
        const message = decode(bytes.subarray(0, length));
        const reply = message && readReply(message, query);
        expect(["truncated", "failure", undefined], `${length} of ${bytes.length} bytes`).toContain(reply?.kind);
      }
    }
  });

  it("survives mutated packets without crash, hang or wrong listing", { timeout: 60_000 }, () => {
    const tally = fuzzDecoder({ seed: 1, packets });
    // Each way is taken, or not much would have been tested.
    for (const way of ["passedOver", "truncated", "failures", "empty", "listed"] as const) {
      expect(tally[way], way).toBeGreaterThan(packets / 500);
    }
  });
});
