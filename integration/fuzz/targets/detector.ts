import { seededRandom } from "@rollcall/testkit";
import {
  decodeDetectorMessage,
  encodeDetectorMessage,
  isDetectorMessage,
} from "../../../packages/cluster/src/failure/detector-codec.js";
import { decodeProbe, encodeProbe, isProbeFrame } from "../../../packages/cluster/src/failure/probe-codec.js";
import { readSwimMessage, Swim, type SwimMessage } from "../../../packages/swim/src/index.js";
import type { Target } from "../lib/target.ts";

const [SELF, PEER, OTHER] = ["0000000000000001", "0000000000000002", "0000000000000003"] as const;
const digest = { high: 1, low: -1 };
const MESSAGES: readonly SwimMessage[] = [
  [0, 17, 3, 2, 1, [[OTHER, 4, 1, [PEER]]]],
  [1, 17, 3, [[SELF, 4, 2]]],
  [2, 18, OTHER, 300, 1, []],
  [3, 18, OTHER, 4, []],
  [4, 18, 1, []],
  [5, [[OTHER, 4, 0]]],
];

/** Tells a node among two others about the message, and lets time pass until it has done what it does about it. */
function hand(message: SwimMessage): number {
  let said = 0;
  const swim = new Swim({
    selfId: SELF,
    random: seededRandom(1),
    now: 0,
    perform(directive) {
      if (directive.kind !== "send") return;
      said++;
      if (readSwimMessage(directive.message) === undefined) {
        throw new Error(`It says what nobody can read: ${JSON.stringify(directive.message)}`);
      }
    },
  });
  swim.add(PEER, 0);
  swim.add(OTHER, 0);
  swim.receive(PEER, message, 10);
  for (let wakes = 0, now = 10; now < 3_000 && swim.nextAt < Number.POSITIVE_INFINITY; wakes++) {
    if (wakes > 1_000) throw new Error("It wakes up again and again.");
    now = Math.max(now, swim.nextAt);
    swim.wake(now);
  }
  return said;
}

export const target: Target = {
  isJson: true,
  words: ["swim", '["swim",', SELF, PEER, OTHER, "9007199254740991", "4294967295", "4294967294", "\u0001\0\0\0"],
  seeds: [
    ...MESSAGES.map(encodeDetectorMessage),
    encodeProbe([0, 17, 3, 2, 1, []], digest),
    encodeProbe([1, 17, 3, []], digest),
  ],
  run(bytes) {
    const isProbe = isProbeFrame(bytes);
    if (!isProbe && !isDetectorMessage(bytes)) return "for somebody else";
    let message: SwimMessage | undefined;
    try {
      message = readSwimMessage(isProbe ? decodeProbe(bytes).message : decodeDetectorMessage(bytes));
    } catch {
      return "refused";
    }
    if (message === undefined) return "refused by the detector";
    const said = hand(message);
    if (said > 100) throw new Error(`One message makes it send ${said}.`);
    return `${isProbe ? "probe" : "message"} ${message[0]}`;
  },
};
