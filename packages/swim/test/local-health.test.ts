import { describe, expect, it } from "vitest";
import { LocalHealth } from "../src/local-health.js";

describe("local health", () => {
  it("rises and falls between good and its limit", () => {
    const health = new LocalHealth(8);
    health.lower();
    expect(health.score).toBe(0);
    health.raise();
    health.raise(3);
    health.lower();
    expect(health.score).toBe(3);
    health.raise(100);
    expect(health.score).toBe(8);
  });

  it.each([
    [0, 500],
    [1, 1000],
    [8, 4500],
  ])("makes 500 ms at %i %i ms", (score, expected) => {
    const health = new LocalHealth(8);
    health.raise(score);
    expect(health.scale(500)).toBe(expected);
  });

  it("changes nothing when it is switched off", () => {
    const health = new LocalHealth(0);
    health.raise(5);
    expect(health.scale(500)).toBe(500);
  });
});
