import { describe, expect, it } from "vitest";
import { PERMANENT_REJECTIONS, REJECTION_PACE } from "../src/index.js";
import { A, SchedulerWorld } from "./support/scheduler-world.js";

/** Milliseconds until an endpoint is tried again after having answered with a code. */
async function retryAfter(code: string, options: ConstructorParameters<typeof SchedulerWorld>[0] = {}) {
  const world = await new SchedulerWorld(options).start(A);
  await world.reject(A, code);
  await world.clock.advance(40_000);
  return (world.joiner.triedAt(A)[1] ?? Number.POSITIVE_INFINITY) - 0;
}

describe("an endpoint that answered no", () => {
  it.each(Object.entries(REJECTION_PACE))("with %s is tried again at the %s pace", async (code, pace) => {
    const delay = await retryAfter(code);
    if (pace === "permanent") {
      expect(delay).toBeGreaterThanOrEqual(24_000);
      expect(delay).toBeLessThanOrEqual(36_000);
    } else {
      expect(delay).toBeLessThanOrEqual(60);
    }
  });

  it("with a code nobody knows is tried again with the usual backoff", async () => {
    expect(await retryAfter("TRY_LATER")).toBeLessThanOrEqual(60);
  });

  it("is tried at the pace that the program gives the code", async () => {
    const permanentCodes = [...PERMANENT_REJECTIONS, "NOT_ON_THE_GUEST_LIST"];
    const permanentBackoff = { delayMs: () => 12_345 };
    expect(await retryAfter("NOT_ON_THE_GUEST_LIST", { permanentCodes, permanentBackoff })).toBe(12_345);
    expect(await retryAfter("WRONG_SYSTEM", { permanentCodes: [] })).toBeLessThanOrEqual(60);
  });

  it("is warned of once per code, and the code and reason are cut to what a log can bear", async () => {
    const world = await new SchedulerWorld().start(A);
    for (let n = 0; n < 3; n++) {
      await world.reject(A, "X".repeat(1000), "y".repeat(100_000));
      await world.clock.advance(1000);
    }
    const warnings = world.log.filter(({ level }) => level === "warn");
    expect(warnings).toHaveLength(1);
    expect(world.explain(A)?.lastCode).toHaveLength(64);
    expect(world.explain(A)?.lastReason).toHaveLength(300);
  });
});
