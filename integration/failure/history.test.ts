import { describe, expect, it } from "vitest";
import { fewestUp, rivalLeaders } from "./support/history.ts";
import type { Seen, View } from "./support/setup.ts";

const seen = (id: string, status: Seen["status"] = "up"): Seen => {
  return { id, address: `127.0.0.1:${id}`, status, reachability: "reachable" };
};
const view = (at: number, leads: boolean, ...members: readonly Seen[]): View => ({ kind: "view", at, leads, members });

describe("what tests conclude from views", () => {
  it("two that lead at once and hold the same are rivals, whoever they reach", () => {
    const all = [seen("1"), seen("2")];
    const one = { id: "1", views: [view(1, true, ...all)] };
    expect(rivalLeaders([one, { id: "2", views: [view(2, true, ...all)] }])).toHaveLength(1);
    expect(rivalLeaders([one, { id: "2", views: [view(2, false, ...all)] }])).toEqual([]);
  });

  it("one that leads after another one, or something else, is no rival", () => {
    const all = [seen("1"), seen("2")];
    const former = { id: "1", views: [view(1, true, ...all), view(2, false, ...all)] };
    expect(rivalLeaders([former, { id: "2", views: [view(3, true, ...all)] }])).toEqual([]);
    const other = { id: "1", views: [view(1, true, seen("1"), seen("2", "down"))] };
    expect(rivalLeaders([other, { id: "2", views: [view(3, true, ...all)] }])).toEqual([]);
  });

  it("the fewest up are counted from when most were, by those who are up themselves", () => {
    const forming = view(1, false, seen("1"), seen("2", "joining"));
    const whole = view(2, false, seen("1"), seen("2"));
    const alone = view(3, false, seen("1"), seen("2", "leaving"));
    expect(fewestUp([{ id: "1", views: [forming, whole] }])).toBe(2);
    expect(fewestUp([{ id: "1", views: [forming, whole, alone] }])).toBe(1);
    expect(
      fewestUp([
        { id: "1", views: [whole] },
        { id: "2", views: [whole, alone] },
      ]),
    ).toBe(2);
  });
});
