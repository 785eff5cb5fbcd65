import { describe, expect, it } from "vitest";
import { Outages } from "../support/outages.js";
import { SwimNetwork } from "../support/swim-network.js";

/** A day takes some minutes; an hour shows what is wrong as well, as there is a suspicion every ten seconds or so. */
const HOURS = Number(process.env.ROLLCALL_SWIM_HOURS ?? 1);
const HOUR_MS = 3_600_000;

describe(`a hundred nodes for ${HOURS} h`, () => {
  it(
    "of which messages one in twenty is lost take nobody for unreachable",
    () => {
      const network = new SwimNetwork({ size: 100, loss: 0.05 });
      const outages = new Outages(network);
      network.run(HOURS * HOUR_MS);
      const count = (name: "failedProbes" | "refutations") =>
        network.nodes.reduce((sum, { swim }) => sum + swim.counters[name], 0);
      // A probe fails if the direct way there or back does, and the three ways through others, which take four
      // messages each, do as well: 6.2 of 10,000. So there was something to withstand.
      expect(count("failedProbes") / (100 * 2 * 3600 * HOURS)).toBeGreaterThan(5e-4);
      expect(count("refutations")).toBeGreaterThan(300 * HOURS);
      expect([outages.verdicts, outages.downed]).toEqual([0, 0]);
    },
    HOURS * 120_000,
  );
});
