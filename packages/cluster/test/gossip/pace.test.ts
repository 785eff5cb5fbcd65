import { describe, expect, it } from "vitest";
import { Pace } from "../../src/gossip/pace.js";

/** When something is sent that wants to go all the time from `from` to `until`. */
function sendings(pace: Pace, from: number, until: number): number[] {
  const sent: number[] = [];
  for (let now = Math.max(from, pace.nextAt); now <= until; now = pace.nextAt) {
    sent.push(now);
    pace.advance(now);
  }
  return sent;
}

describe("the pace of pushes", () => {
  it("lets the first go at once, and then makes pauses that double up to the longest", () => {
    expect(sendings(new Pace(20), 0, 111)).toEqual([0, 1, 3, 7, 15, 31, 51, 71, 91, 111]);
  });

  it("is fast again after four of the longest pauses without anything", () => {
    const pace = new Pace(20);
    sendings(pace, 0, 100);
    expect(sendings(pace, 171, 178)).toEqual([171, 172, 174, 178]);
  });

  it("stays slow when the next burst comes sooner", () => {
    const pace = new Pace(20);
    sendings(pace, 0, 91);
    expect(sendings(pace, 170, 211)).toEqual([170, 190, 210]);
  });

  it("holds nothing back if the longest pause is none", () => {
    const pace = new Pace(0);
    pace.advance(5);
    expect(pace.nextAt).toBe(5);
  });
});
