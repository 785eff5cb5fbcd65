import { VirtualClock } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { BoundedLogger } from "../src/bounded-logger.js";

function scene() {
  const clock = new VirtualClock();
  const written: unknown[] = [];
  const write = (level: string) => (details: object, message: string) => written.push([level, message, details]);
  const logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  return { clock, written, bounded: new BoundedLogger(logger, clock, { lines: 2, perMs: 1_000 }) };
}

it("of lines with the same message only so many are written in a time, and how many were not is said with the next", async () => {
  const { clock, written, bounded } = scene();
  for (let number = 1; number <= 5; number++) bounded.warn({ number }, "again");
  await clock.advance(999);
  bounded.warn({ number: 6 }, "again");
  expect([written.length, bounded.heldBack]).toEqual([2, 4]);
  await clock.advance(1);
  for (let number = 7; number <= 8; number++) bounded.warn({ number }, "again");
  expect(written).toEqual([
    ["warn", "again", { number: 1 }],
    ["warn", "again", { number: 2 }],
    ["warn", "again", { number: 7, heldBack: 4 }],
    ["warn", "again", { number: 8 }],
  ]);
  expect(bounded.heldBack).toBe(4);
});

it("lines with other messages are written all the same, at their level", () => {
  const { written, bounded } = scene();
  for (const level of ["debug", "info", "warn", "error"] as const) bounded[level]({}, `a line of ${level}`);
  expect(written).toEqual(["debug", "info", "warn", "error"].map((level) => [level, `a line of ${level}`, {}]));
});
