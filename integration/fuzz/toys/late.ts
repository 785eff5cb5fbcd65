import type { Target } from "../lib/target.ts";

/** Goes wrong after it has returned, where nobody catches it. */
export const target: Target = {
  isJson: false,
  words: [],
  seeds: [Buffer.from("seed")],
  run(bytes) {
    if (bytes.includes(0xff)) void Promise.reject(new Error("Nobody handles this."));
    return "fine";
  },
};
