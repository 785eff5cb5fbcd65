import { describe, expect, it } from "vitest";
import { Credit } from "../src/credit.js";

/** How often something can be had that is wanted every millisecond. */
function had(credit: Credit, fromMs: number, toMs: number): number[] {
  const times: number[] = [];
  for (let now = fromMs; now <= toMs; now++) if (credit.spend(now)) times.push(now);
  return times;
}

describe("credit", () => {
  it("is there for so many at once, and then for one per interval", () => {
    expect(had(new Credit(3, 10, 0), 0, 35)).toEqual([0, 1, 2, 10, 20, 30]);
  });

  it("fills up again in quiet times, but not beyond its capacity", () => {
    const credit = new Credit(3, 10, 0);
    had(credit, 0, 5);
    expect(had(credit, 1000, 1005)).toEqual([1000, 1001, 1002]);
  });

  it("tells when there will be some", () => {
    const credit = new Credit(1, 10, 0);
    expect(credit.nextAt(5)).toBe(5);
    credit.spend(5);
    expect(credit.nextAt(7)).toBeCloseTo(15);
    expect(credit.spend(credit.nextAt(7))).toBe(true);
  });
});
