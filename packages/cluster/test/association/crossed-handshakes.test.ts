import { describe, expect, it } from "vitest";
import { forEachSeed } from "../support/seeds.js";
import { BOTH_ASSOCIATED, count, EIGHT_WORDS, heardFrom, NOTHING_LEFT, Talkers } from "../support/talkers.js";

describe("two nodes that dial each other at once", () => {
  it("end with one connection, and hear everything in order, for 200 seeds and any latency", async () => {
    await forEachSeed(200, async (seed) => {
      const talkers = new Talkers(seed, [0.1, 50]);
      const [a, b] = await talkers.pair();
      expect(await talkers.cross(a, b, 25, 2_000)).toMatchObject(BOTH_ASSOCIATED);
      expect(talkers.network.connections).toBe(1);
      expect([heardFrom(a, b), heardFrom(b, a)]).toEqual([EIGHT_WORDS, EIGHT_WORDS]);
      expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
    });
  });

  it("and again and again, end with one connection, and hear nothing twice, for 200 seeds", async () => {
    await forEachSeed(200, async (seed) => {
      const talkers = new Talkers(seed, [0.1, 20]);
      const { clock, network, random } = talkers;
      const [a, b] = await talkers.pair();
      const dials: Promise<unknown>[] = [];
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        for (let times = 0; times < 4; times++) {
          // By name or without one, as a listing or a member makes it dial.
          const target = random() < 0.5 ? to.self.id : undefined;
          clock.schedule(random() * 100, () => dials.push(from.associations.dial(to.self, target)));
        }
        for (const text of count(1, 20)) clock.schedule(Number(text) * 10, () => from.say(to, text));
      }
      await clock.advance(2_000);
      expect(await Promise.all(dials)).toHaveLength(8);
      expect(network.connections).toBe(1);
      expect([heardFrom(a, b), heardFrom(b, a)]).toEqual([count(1, 20), count(1, 20)]);
    });
  });

  it("while the connection keeps breaking, hear nothing twice or out of order, and end with one, for 200 seeds", async () => {
    await forEachSeed(200, async (seed) => {
      const talkers = new Talkers(seed, [0.1, 20]);
      const { clock, network, random } = talkers;
      const [a, b] = await talkers.pair();
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        for (const text of count(1, 50)) clock.schedule(random() * 5 + Number(text) * 10, () => from.say(to, text));
      }
      for (let times = 0; times < 5; times++) {
        clock.schedule(random() * 450, () => network.breakConnections(a.self.host, b.self.host));
      }
      await clock.advance(5_000);
      expect(network.connections).toBe(1);
      for (const heard of [heardFrom(a, b), heardFrom(b, a)]) {
        const numbers = heard.map(Number);
        expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
        expect(numbers.at(-1)).toBe(50);
      }
      expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
    });
  });
});

it("two nodes with slow hooks that dial each other at once end with one connection, for 200 seeds", async () => {
  await forEachSeed(200, async (seed) => {
    const talkers = new Talkers(seed, [0.1, 50]);
    const { clock, random } = talkers;
    talkers.admission = () => new Promise((resolve) => clock.schedule(random() * 200, () => resolve(true)));
    const [a, b] = await talkers.pair();
    expect(await talkers.cross(a, b, 60, 3_000)).toMatchObject(BOTH_ASSOCIATED);
    expect(talkers.network.connections).toBe(1);
    expect([heardFrom(a, b), heardFrom(b, a)]).toEqual([EIGHT_WORDS, EIGHT_WORDS]);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });
});
