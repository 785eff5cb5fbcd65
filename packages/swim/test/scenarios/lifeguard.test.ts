import { SWIM_PRESETS, type SwimOptionsInput } from "@rollcall/swim";
import { describe, expect, it } from "vitest";
import { Outages } from "../support/outages.js";
import { SwimNetwork } from "../support/swim-network.js";

const { lan } = SWIM_PRESETS;

/** SWIM as it was before Lifeguard: every suspicion the shortest, nobody told, no doubt of oneself. */
const PLAIN: SwimOptionsInput = { ...lan, confirmations: 0, buddy: false, maxLocalHealth: 0, checkers: 0 };

function underLoss(options: SwimOptionsInput, loss = 0.2): Outages {
  const network = new SwimNetwork({ size: 50, options, loss, seed: 3 });
  const outages = new Outages(network);
  network.run(180_000);
  return outages;
}

/** Half of the nodes can run for a moment once in a while only, as on machines with far too much to do. */
function underLoad(options: SwimOptionsInput): { healthy: Outages; network: SwimNetwork } {
  const network = new SwimNetwork({ size: 20, options, seed: 3, latencyMs: [1, 30] });
  const healthy = new Outages(network, ({ subject }) => subject >= 10);
  const run = (index: number) => {
    network.resume(index);
    network.at(150 * network.random(), () => {
      network.pause(index);
      // Shorter than what is noticed as a stall, so that nothing but Lifeguard helps.
      network.at(90 * network.random(), () => run(index));
    });
  };
  for (let index = 0; index < 10; index++) run(index);
  network.loss = 0.25;
  network.run(120_000);
  return { healthy, network };
}

describe("the parts of Lifeguard", () => {
  it("all together let nobody be unreachable when one message in five is lost; without them many are", () => {
    expect(underLoss(lan).verdicts).toBe(0);
    expect(underLoss(PLAIN).verdicts).toBeGreaterThan(20);
  });

  it("matter each: without suspicions that wait for confirmation members become unreachable", () => {
    expect(underLoss({ ...lan, confirmations: 0 }, 0.3).verdicts).toBeGreaterThan(5);
    expect(underLoss(lan, 0.3).verdicts).toBe(0);
  });

  it("matter each: without the buddy system who is suspected is so with many more before that is refuted", () => {
    const without = underLoss({ ...lan, buddy: false }).suspicions;
    expect(without).toBeGreaterThan(1.5 * underLoss(lan).suspicions);
  });

  it("matter each: without local health nodes that hear little suspect far more of those who are well", () => {
    const suspicions = (options: SwimOptionsInput) => underLoad(options).healthy.suspicions;
    expect(suspicions({ ...lan, maxLocalHealth: 0 })).toBeGreaterThan(1.5 * suspicions(lan));
  });
});
