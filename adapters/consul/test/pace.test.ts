import { expect, it } from "vitest";
import { Pace } from "../src/pace.js";

it("lets a burst pass, and then one per interval", () => {
  const pace = new Pace(3, 100);
  expect([1, 2, 3, 4, 5].map(() => pace.next(0))).toEqual([0, 0, 0, 100, 200]);
});

it("forgets what was long ago", () => {
  const pace = new Pace(2, 100);
  for (const _ of [1, 2, 3]) pace.next(0);
  expect([pace.next(10_000), pace.next(10_000), pace.next(10_000)]).toEqual([0, 0, 100]);
});

it("holds to the rate however long it goes on", () => {
  const pace = new Pace(50, 50);
  let now = 0;
  let passed = 0;
  for (; now < 20_000; passed++) now += Math.max(pace.next(now), 1);
  expect(passed).toBeGreaterThanOrEqual(400);
  expect(passed).toBeLessThanOrEqual(460);
});
