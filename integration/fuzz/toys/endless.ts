import type { Target } from "../lib/target.ts";

/** Never ends once there is a certain byte. */
export const target: Target = {
  isJson: false,
  words: [],
  seeds: [Buffer.from("ended")],
  run(bytes) {
    while (bytes.includes(0xff)) bytes.reverse();
    return "ended";
  },
};
