import { seededRandom } from "@rollcall/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { AnnouncedService } from "../src/announce/announced-service.js";
import { Browser } from "../src/browse/browser.js";
import { query, response } from "../src/dns/message.js";
import type { Link } from "../src/net/network.js";
import { Codec } from "./support/codec.js";
import { answersOf, recordsOf, TYPE } from "./support/records.js";
import { World } from "./support/world.js";

const codec = new Codec();
const GOOD = await Promise.all(
  [
    response({ answers: answersOf("node-1") }),
    response({ answers: answersOf("self", { address: "fd00::1" }) }),
    query({ questions: [{ name: TYPE, type: "PTR" }], answers: [recordsOf("node-1").ptr] }),
    query({ questions: [{ name: `self.${TYPE}`, type: "ANY" }], authorities: [recordsOf("self").srv] }),
  ].map((message) => codec.encode(message)),
);

const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const mutated = fc
  .record({
    good: fc.constantFrom(...GOOD),
    cut: fc.nat(400),
    flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  })
  .map(({ good, cut, flips }) => {
    const bytes = Buffer.from(good.subarray(0, cut < 200 ? good.length : cut));
    for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value;
    return bytes;
  });

it("no packet, however mangled, disturbs browsing or announcing", async () => {
  let understood = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(noise, { arbitrary: mutated, weight: 5 }), { maxLength: 30 }),
      async (packets) => {
        const { clock } = new World();
        const shared = { clock, random: seededRandom(1) };
        const link: Link = {
          ...{ key: "eth0/IPv4", zone: "eth0", isLoopback: false, port: 5353, addresses: ["10.0.0.7"] },
          isLocal: () => true,
          send: async (message) => void (await codec.encode(message)),
        };
        let listed: number | undefined;
        const limits = { firstListingMs: 1500, settleMs: 120, maxInstances: 5, onOverflow: () => {} };
        const onListing = (instances: readonly unknown[]) => {
          listed = instances.length;
        };
        const browser = new Browser({ ...shared, ...limits, type: TYPE, onListing });
        const thing = { type: TYPE, label: "self", port: 1, txt: [Buffer.alloc(0)], hostTtl: 120, serviceTtl: 4500 };
        const service = new AnnouncedService({
          ...{ ...shared, thing: { ...thing, addresses: ["10.0.0.7"] } },
          onProgress: () => {},
          onRenamed: () => {},
        });
        browser.linkUp(link);
        service.linkUp(link);
        for (const packet of packets) {
          const message = codec.decode(packet);
          if (message !== undefined) {
            understood++;
            for (const hears of [browser, service]) hears.received(link, message, { address: "10.0.0.99", port: 5353 });
          }
          await clock.advance(200);
        }
        await clock.advance(10_000);
        expect(listed).toBeLessThanOrEqual(5);
        browser.stop();
        await service.withdraw();
        expect(clock.pending).toBe(0);
      },
    ),
    { seed: 20, numRuns: 200 },
  );
  // Otherwise nothing but the codec would have been tested.
  expect(understood).toBeGreaterThan(200);
});
