import { describe, expect, it } from "vitest";
import { readReply } from "../src/resolve/reply.js";
import { decode } from "../src/wire/message.js";
import { specimens } from "./fuzz/corpus.js";
import { fuzzDecoder } from "./fuzz/fuzz.js";

/** `npm run fuzz` sets these. */
const packets = Number(process.env.ROLLCALL_FUZZ_PACKETS ?? 20_000);
const seed = Number(process.env.ROLLCALL_FUZZ_SEED ?? 1);
const isLong = process.env.ROLLCALL_FUZZ_PACKETS !== undefined;

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

  it("survives mutated packets without crash, hang or wrong listing", { timeout: packets * 3 + 30_000 }, async () => {
    let said = Date.now();
    const began = said;
    const tally = await fuzzDecoder({
      ...{ seed, packets },
      onProgress(tally) {
        if (!isLong || Date.now() - said < 5000) return;
        said = Date.now();
        console.log(
          `${tally.packets} of ${packets} packets, ${tally.listed} listed, slowest ${tally.slowestMs.toFixed(1)} ms`,
        );
      },
    });
    if (isLong) console.log(JSON.stringify({ seed, ...tally, seconds: Math.round((Date.now() - began) / 1000) }));
    // Each way is taken, or not much would have been tested.
    for (const way of ["passedOver", "truncated", "failures", "empty", "listed"] as const) {
      expect(tally[way], way).toBeGreaterThan(packets / 500);
    }
    expect(tally.slowestMs).toBeLessThan(500);
  });
});
