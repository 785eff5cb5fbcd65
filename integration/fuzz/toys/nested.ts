import type { Target } from "../lib/target.ts";

/** Goes wrong at four bytes that chance would not find; only that each has a branch of its own leads there. */
export const target: Target = {
  isJson: false,
  words: [],
  seeds: [Buffer.from("something harmless")],
  run(bytes) {
    if (bytes[0] === 0x52) {
      if (bytes[1] === 0x4f) {
        if (bytes[2] === 0x4c) {
          if (bytes[3] === 0x21) throw new Error("The four bytes were found.");
        }
      }
    }
    return "fine";
  },
};
