import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Member } from "../src/member.js";
import { ProbeCycle } from "../src/probe-cycle.js";
import { seededRandom } from "./support/seeded-random.js";

function cycleOf(count: number, seed: number) {
  const cycle = new ProbeCycle(seededRandom(seed));
  const members = Array.from({ length: count }, (_, n) => new Member(`m${n}`));
  for (const member of members) cycle.add(member);
  const next = () => cycle.next(() => true)?.id;
  return { cycle, members, next };
}

const seeds = fc.integer({ min: 1, max: 1e6 });
const sizes = fc.integer({ min: 1, max: 40 });

describe("a probe cycle", () => {
  it("has everybody once, in every cycle", () => {
    const property = fc.property(sizes, seeds, (size, seed) => {
      const { members, next } = cycleOf(size, seed);
      for (let cycle = 0; cycle < 5; cycle++) {
        const probed = members.map(next);
        expect(new Set(probed).size).toBe(size);
      }
    });
    fc.assert(property);
  });

  it("never keeps anybody waiting for longer than a cycle and a half", () => {
    const property = fc.property(sizes, seeds, (size, seed) => {
      const { next } = cycleOf(size, seed);
      const last = new Map<string | undefined, number>();
      for (let turn = 0; turn < 20 * size; turn++) {
        const id = next();
        expect(turn - (last.get(id) ?? turn)).toBeLessThanOrEqual(Math.ceil(1.5 * size));
        last.set(id, turn);
      }
    });
    fc.assert(property);
  });

  it("has everybody in every place sooner or later, each about as often", () => {
    const size = 8;
    const { members, next } = cycleOf(size, 1);
    const times = new Map(members.map(({ id }) => [id, new Array<number>(size).fill(0)]));
    const cycles = 8000;
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (let place = 0; place < size; place++) (times.get(next() as string) as number[])[place]!++;
    }
    for (const places of times.values()) {
      for (const count of places) expect(count / (cycles / size)).toBeCloseTo(1, 0);
    }
  });

  it("is another one for another node", () => {
    const order = (seed: number) => {
      const { members, next } = cycleOf(10, seed);
      return members.map(next).join();
    };
    expect(order(1)).not.toBe(order(2));
    expect(order(1)).toBe(order(1));
  });

  it("has a newcomer in what is left of the cycle", () => {
    const property = fc.property(sizes, seeds, fc.nat(40), (size, seed, turns) => {
      const { cycle, next } = cycleOf(size, seed);
      for (let turn = 0; turn < turns % size; turn++) next();
      cycle.add(new Member("new"));
      const left = size - (turns % size) + 1;
      expect(Array.from({ length: left }, next)).toContain("new");
    });
    fc.assert(property);
  });

  it("passes over those who have left, and those who are not wanted", () => {
    const { cycle, members } = cycleOf(6, 3);
    const [gone, unwanted] = members as [Member, Member];
    gone.removed = true;
    const probed = Array.from({ length: 12 }, () => cycle.next((member) => member !== unwanted)?.id);
    expect(new Set(probed)).toEqual(new Set(["m2", "m3", "m4", "m5"]));
  });

  it("ends when nobody is wanted", () => {
    const { cycle } = cycleOf(3, 1);
    expect(cycle.next(() => false)).toBeUndefined();
    expect(new ProbeCycle(seededRandom(1)).next(() => true)).toBeUndefined();
  });
});
