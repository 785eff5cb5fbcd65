import type { ClusterExplanation } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { SimulatedCluster } from "@rollcall/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import { formatExplanation } from "../../src/explain/format-explanation.js";

/** What real nodes say of themselves. */
let member: ClusterExplanation;
let lonely: ClusterExplanation;
beforeAll(async () => {
  await using world = new SimulatedCluster({ seed: 7 });
  const discovery = inMemoryDiscovery(["10.0.0.1:7337", "10.0.0.2:7337", "10.0.0.99:7337"]);
  const configure = (settings: { discovery: unknown }) => {
    settings.discovery = discovery;
  };
  const first = await world.start({ configure });
  const second = await world.start({ configure });
  await world.clock.settle(Promise.all([first.cluster.joined(), second.cluster.joined()]));
  await world.clock.advance(5_000);
  member = second.cluster.explain();
  const alone = await world.start({ host: "10.9.9.9" });
  await world.clock.advance(1_000);
  lonely = alone.cluster.explain();
});

/** The line with a label, and what is listed below it. */
function fact(text: string, label: string): string[] {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.startsWith(label));
  const next = lines.findIndex((line, index) => index > at && !line.startsWith(" "));
  return lines.slice(at, next < 0 ? undefined : next).map((line) => line.replace(label, "").trim());
}

describe("an explanation for people", () => {
  it("says who the node is, how it is, and who leads", () => {
    const text = formatExplanation(member);
    expect(fact(text, "node")[0]).toMatch(/^10\.0\.0\.2:7337 \(simulated@10\.0\.0\.2:7337#[0-9a-f]{16}\)$/);
    expect(fact(text, "status")).toEqual(["up (UP: the node is up)"]);
    expect(fact(text, "leader")).toEqual(["10.0.0.1:7337"]);
    expect(fact(text, "rejections")).toEqual(["none"]);
    expect(fact(text, "dropped")).toEqual(["none"]);
  });

  it("lists the members", () => {
    expect(fact(formatExplanation(member), "members")).toEqual([
      "2",
      "10.0.0.1:7337  up  reachable",
      "10.0.0.2:7337  up  reachable",
    ]);
  });

  it("says of each endpoint how it stands, and of one that does not answer why and when it is tried again", () => {
    const [number, ...rows] = fact(formatExplanation(member), "endpoints");
    const [first, second, dead] = rows.toSorted();
    expect([number, first, second]).toEqual([
      "3",
      expect.stringMatching(/^10\.0\.0\.1:7337 +joined +listed/),
      expect.stringMatching(/^10\.0\.0\.2:7337 +self +listed/),
    ]);
    expect(dead).toMatch(/^10\.0\.0\.99:7337 +\S+ +listed +\d+ attempts?; last one failed: [A-Z_]+ \(.+\)/);
  });

  it("says why a node is alone", () => {
    const text = formatExplanation(lonely);
    expect(fact(text, "status")[0]).toMatch(/^joining \(NOBODY_FOUND: /);
    expect(fact(text, "leader")).toEqual(["nobody"]);
    expect(fact(text, "joining")[0]).toMatch(/^NO_DISCOVERY: /);
    expect(fact(text, "discovery")).toEqual(["none"]);
    expect(fact(text, "endpoints")).toEqual(["0"]);
  });

  it("says what is the matter with discovery, announcement and peers", () => {
    const text = formatExplanation({
      ...member,
      converged: false,
      join: {
        ...member.join,
        discovery: {
          name: "consul(orders)",
          state: "retrying",
          listed: 1,
          listingAgeMs: 4_200,
          lastError: { code: "UNAVAILABLE", message: "the agent is away" },
          problems: 0,
          failures: 3,
          retryInMs: 800,
        },
      },
      announcement: { state: "retrying", lastError: "forbidden" },
      rejections: { WRONG_SYSTEM: 3, UNAUTHENTICATED: 0 },
      dropped: { ...member.dropped, undecodableFrames: 2 },
      associations: { ...member.associations, droppedFrames: 1_200 },
    });
    expect(fact(text, "discovery")).toEqual([
      "consul(orders) is retrying, lists 1 instance, as of 4.20 s ago, last error: the agent is away (UNAVAILABLE), next try in 0.80 s",
    ]);
    expect(fact(text, "converged")[0]).toMatch(/^not as far as this node knows/);
    expect(fact(text, "announced")).toEqual(["retrying; last error: forbidden"]);
    expect(fact(text, "rejections")).toEqual(["WRONG_SYSTEM 3"]);
    expect(fact(text, "dropped")).toEqual(["undecodable frames 2, dropped frames 1200"]);
  });

  it("calls nodes by their names where they have one", () => {
    const nameOf = (address: string) => (address === "10.0.0.1:7337" ? "A" : undefined);
    const text = formatExplanation(member, { nameOf });
    expect(fact(text, "leader")).toEqual(["A 10.0.0.1:7337"]);
    expect(fact(text, "members").slice(1)).toEqual([
      "A 10.0.0.1:7337  up  reachable",
      "10.0.0.2:7337    up  reachable",
    ]);
  });

  it("is styled by the palette it is given", () => {
    const palette = (style: unknown, text: string) => `<${style}>${text}</>`;
    expect(formatExplanation(member, { palette })).toContain("<bold>up</>");
    expect(formatExplanation(member)).not.toContain("\u001b");
  });
});
