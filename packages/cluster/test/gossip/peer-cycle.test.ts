import { seededRandom } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { PeerCycle } from "../../src/gossip/peer-cycle.js";

const always = () => true;

describe("a peer cycle", () => {
  it("comes by everybody once before anybody comes again", () => {
    const cycle = new PeerCycle<number>(seededRandom(1));
    const peers = [1, 2, 3, 4, 5];
    for (let round = 0; round < 20; round++) {
      const met = peers.map(() => cycle.next(() => peers, always));
      expect(met.toSorted()).toEqual(peers);
    }
  });

  it("takes each round in another order", () => {
    const cycle = new PeerCycle<number>(seededRandom(1));
    const peers = [1, 2, 3, 4, 5];
    const orders = Array.from({ length: 50 }, () => peers.map(() => cycle.next(() => peers, always)).join());
    expect(new Set(orders).size).toBeGreaterThan(20);
  });

  it("passes over those that left since the round began, and meets newcomers in the next one", () => {
    const cycle = new PeerCycle<number>(seededRandom(1));
    let peers = [1, 2, 3];
    const next = () =>
      cycle.next(
        () => peers,
        (peer) => peers.includes(peer),
      );
    const first = next() as number;
    const left = peers.find((peer) => peer !== first) as number;
    peers = [...peers.filter((peer) => peer !== left), 4];
    const rest = [next(), next(), next(), next()];
    expect(rest).not.toContain(left);
    expect(new Set(rest)).toEqual(new Set(peers));
  });

  it("gives nobody when there is nobody, or nobody of any use, and does not look for ever", () => {
    const cycle = new PeerCycle<number>(seededRandom(1));
    expect(cycle.next(() => [], always)).toBeUndefined();
    let asked = 0;
    const unwanted = () => {
      asked++;
      return false;
    };
    expect(cycle.next(() => [1, 2, 3], unwanted)).toBeUndefined();
    expect(asked).toBeLessThanOrEqual(6);
    const onlyOne = (peer: number) => peer === 1;
    expect(cycle.next(() => [1], onlyOne)).toBe(1);
  });
});
