import {
  decodeAlive,
  decodeBye,
  encodeAlive,
  encodeBye,
  type Lease,
} from "../../../adapters/nats/src/wire/messages.js";
import type { Target } from "../lib/target.ts";

const lease: Lease = {
  lease: "a1",
  ttlMs: 15_000,
  instance: { host: "10.0.0.7", port: 7337, id: "node-1", metadata: { zone: "a" } },
};

export const target: Target = {
  isJson: true,
  words: ["lease", "ttlMs", "host", "port", "id", "meta", "v", "86400000", "1e999"],
  seeds: [Buffer.from(encodeAlive(lease)), Buffer.from(encodeBye("a1"))],
  run(bytes) {
    let goodbye: string | undefined;
    try {
      goodbye = decodeBye(bytes);
    } catch {
      // Neither is it an announcement, most likely.
    }
    let alive: Lease;
    try {
      alive = decodeAlive(bytes);
    } catch {
      return goodbye === undefined ? "refused" : "goodbye";
    }
    const again = encodeAlive(alive);
    if (encodeAlive(decodeAlive(Buffer.from(again))) !== again)
      throw new Error("It reads differently the second time.");
    return "announcement";
  },
};
