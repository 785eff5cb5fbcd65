import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { AnnouncedService } from "../../../adapters/mdns/src/announce/announced-service.js";
import { Browser } from "../../../adapters/mdns/src/browse/browser.js";
import { query, response } from "../../../adapters/mdns/src/dns/message.js";
import type { Link } from "../../../adapters/mdns/src/net/network.js";
import { Codec } from "../../../adapters/mdns/test/support/codec.js";
import { answersOf, recordsOf, TYPE } from "../../../adapters/mdns/test/support/records.js";
import type { Target } from "../lib/target.ts";

const MOST_INSTANCES = 5;
const codec = new Codec();
const SEEDS = await Promise.all(
  [
    response({ answers: answersOf("node-1", { txt: ["id=node-1", "zone=a"] }) }),
    response({ answers: answersOf("self", { address: "fd00::1" }) }),
    response({ answers: [{ ...recordsOf("node-1").ptr, ttl: 0 }] }),
    query({ questions: [{ name: TYPE, type: "PTR" }], answers: [recordsOf("node-1").ptr] }),
    query({ questions: [{ name: `self.${TYPE}`, type: "ANY" }], authorities: [recordsOf("self").srv] }),
  ].map((message) => codec.encode(message)),
);

export const target: Target = {
  isJson: false,
  words: ["\u0007_orders", "\u0004_tcp", "\u0005local", "\u0004self", "\0\u0021\0\u0001", "\0\u002f\u0080\u0001"],
  seeds: SEEDS,
  async run(bytes) {
    const message = codec.decode(bytes);
    if (message === undefined) return "refused";
    const clock = new VirtualClock();
    const shared = { clock, random: seededRandom(1) };
    const link: Link = {
      ...{ key: "eth0/IPv4", zone: "eth0", isLoopback: false, port: 5353, addresses: ["10.0.0.7"] },
      isLocal: () => true,
      send: async (answer) => void (await codec.encode(answer)),
    };
    let listed = 0;
    let renamed = false;
    const browser = new Browser({
      ...{ ...shared, type: TYPE, firstListingMs: 1500, settleMs: 120, maxInstances: MOST_INSTANCES },
      onOverflow: () => {},
      onListing: ({ length }) => {
        listed = Math.max(listed, length);
      },
    });
    const thing = { type: TYPE, label: "self", port: 1, txt: [Buffer.alloc(0)], hostTtl: 120, serviceTtl: 4500 };
    const service = new AnnouncedService({
      ...{ ...shared, thing: { ...thing, addresses: ["10.0.0.7"] }, onProgress: () => {} },
      onRenamed: () => {
        renamed = true;
      },
    });
    browser.linkUp(link);
    service.linkUp(link);
    await clock.advance(100);
    for (const hears of [browser, service]) hears.received(link, message, { address: "10.0.0.99", port: 5353 });
    await clock.advance(5_000);
    browser.stop();
    await clock.settle(service.withdraw());
    if (listed > MOST_INSTANCES) throw new Error(`${listed} instances are listed.`);
    if (clock.pending !== 0) throw new Error(`${clock.pending} timers are left behind.`);
    return `${message.kind}${listed > 0 ? ", listed" : ""}${renamed ? ", renamed" : ""}`;
  },
};
