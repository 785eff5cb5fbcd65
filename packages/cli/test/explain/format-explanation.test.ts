import type { ClusterExplanation, ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";
import { SimulatedCluster } from "@rollcall/testkit";
import { beforeAll, describe, expect, it } from "vitest";
import { formatExplanation } from "../../src/explain/format-explanation.js";

/** What real nodes say of themselves. */
let member: ClusterExplanation;
let lonely: ClusterExplanation;
/** Of a leader that has lost one member to a crash and one to a power cut. */
let bereaved: ClusterExplanation;
/** Of a leader that may not begin yet. */
let held: ClusterExplanation;
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

  await using trouble = new SimulatedCluster({ seed: 8 });
  const leader = await trouble.start({ configure });
  const others: ClusterSystem[] = [];
  for (let number = 2; number <= 4; number++) others.push(await trouble.start({ configure }));
  const [crashed, silent] = others as [ClusterSystem, ClusterSystem];
  for (const node of others) void node.cluster.join(leader.cluster.self);
  await trouble.clock.settle(leader.cluster.waitFor({ atLeast: 4 }));
  trouble.powerOff(silent);
  const doubted = () => leader.cluster.explain().failureDetector.doubts.length > 0;
  await trouble.clock.until(doubted);
  trouble.kill(crashed);
  await trouble.clock.until(() => leader.cluster.membership.at(crashed.cluster.self)?.reachability === "unreachable");
  bereaved = leader.cluster.explain();

  await using beginning = new SimulatedCluster({ seed: 9 });
  const cautious = (settings: ClusterSettings) => {
    settings.formation.minimumMembers = 3;
  };
  const one = await beginning.start({ configure: cautious });
  const two = await beginning.start({ configure: cautious });
  await beginning.clock.settle(one.cluster.join(two.cluster.self));
  await beginning.clock.advance(5_000);
  held = one.cluster.explain();
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

  it("says that the failure detector is content, and what is done about members that cannot be reached", () => {
    const text = formatExplanation(member);
    expect(fact(text, "failures")).toEqual(["doubts none of 1; local health is good"]);
    expect(fact(text, "downing")).toEqual(["timeout(1000 ms): No member is unreachable."]);
  });

  it("says who is doubted, since when and why, and who goes down for it", () => {
    const nameOf = (address: string) => (address === "10.0.0.2:7337" ? "B" : undefined);
    const text = formatExplanation(bereaved, { nameOf });
    const [state, ...rows] = fact(text, "failures");
    expect(state).toMatch(/^doubts 2 of 3 others; local health is /);
    expect(rows.toSorted()).toEqual([
      expect.stringMatching(
        /^10\.0\.0\.3:7337 +suspect +for \d+\.\d\d s +it does not answer; found out by .+; unreachable in \d+\.\d\d s unless it is heard of$/,
      ),
      expect.stringMatching(
        /^B 10\.0\.0\.2:7337 +unreachable +for 0\.0\d s +(nobody listens at its address|others say so); no connection to it$/,
      ),
    ]);
    expect(fact(text, "downing")).toEqual([
      "timeout(1000 ms): The leader, this node, downs members that stay unreachable for 1000 ms.",
    ]);
  });

  it("says that the node itself is slow, and what it does about it", () => {
    const { failureDetector } = member;
    const text = formatExplanation({
      ...member,
      failureDetector: {
        ...failureDetector,
        localHealth: 3,
        probeIntervalMs: 4_000,
        probeTimeoutMs: 1_200,
        counters: { ...failureDetector.counters, stalls: 2 },
      },
    });
    expect(fact(text, "failures")).toEqual([
      "doubts none of 1; local health is bad (3): it probes every 4.00 s and waits 1.20 s for an answer; 2 stalls of this process",
    ]);
  });

  it("calls somebody who is doubted and no member any more by its id", () => {
    const text = formatExplanation({ ...bereaved, members: [] });
    expect(fact(text, "failures").slice(1)).toContainEqual(expect.stringMatching(/^#[0-9a-f]{16} +suspect/));
  });

  it("says what a cluster that does not exist yet waits for", () => {
    expect(fact(formatExplanation(held), "status")).toEqual([
      "joining (AWAITING_FORMATION: no cluster exists yet, and settings.formation wants more: 2 of 3 members needed to form a cluster are reachable)",
    ]);
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
      refusals: [
        {
          code: "WRONG_SYSTEM",
          reason: "this is system orders",
          peer: undefined,
          remote: "10.0.0.9:50123",
          dialledBy: "them",
          refusedBy: "us",
          agoMs: 1_500,
        },
      ],
      dropped: { ...member.dropped, undecodableFrames: 2 },
      associations: { ...member.associations, droppedFrames: 1_200 },
    });
    expect(fact(text, "discovery")).toEqual([
      "consul(orders) is retrying, lists 1 instance, as of 4.20 s ago, last error: the agent is away (UNAVAILABLE), next try in 0.80 s",
    ]);
    expect(fact(text, "converged")[0]).toMatch(/^not as far as this node knows/);
    expect(fact(text, "announced")).toEqual(["retrying; last error: forbidden"]);
    expect(fact(text, "rejections")).toEqual([
      "WRONG_SYSTEM 3",
      "WRONG_SYSTEM  said to 10.0.0.9:50123  1.50 s ago  this is system orders",
    ]);
    expect(fact(text, "dropped")).toEqual(["undecodable frames 2, dropped frames 1200"]);
  });

  it("does not send a leader that has not converged yet to the leader", () => {
    const text = formatExplanation({ ...bereaved, converged: false });
    expect(fact(text, "leader")[0]).toMatch(/, this node$/);
    expect(fact(text, "converged")).toEqual([
      "not yet: not all reachable members are known to hold the same membership",
    ]);
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

  it("says nothing of actors and TLS where there are none", () => {
    const text = formatExplanation(member);
    expect(text).not.toMatch(/^(actors|tls)/m);
  });

  it("says what the node has to do with actors, and what keeps a singleton from moving", () => {
    const host = { phase: "claiming", allocation: "leader", chosen: member.self, waitingFor: [lonely.self] } as const;
    const text = formatExplanation({
      ...member,
      actors: {
        running: 3,
        callsInFlight: 1,
        deadLetters: 2,
        undecodable: 0,
        receptionist: {
          registered: { here: 1, known: 4 },
          sent: { digests: 0, offers: 0, pulls: 0, parts: 0, registrations: 0 },
        },
        singletons: [
          { name: "stock", instanceOn: undefined, waitingCalls: 5, host },
          { name: "clock", instanceOn: member.self, waitingCalls: 0, host: undefined },
        ],
      },
    });
    expect(fact(text, "actors")).toEqual([
      "3 running, 1 call in flight, 4 registrations known, 2 dead letters",
      "singleton stock  nowhere           claiming here; waits for 10.9.9.9:7337; 5 calls waiting",
      "singleton clock  on 10.0.0.2:7337",
    ]);
  });

  it("says until when the certificate is good, why a new one is not taken, and who did not get through TLS", () => {
    const certificate = {
      subject: "CN=orders-1",
      issuer: "CN=orders",
      names: [],
      validFrom: "2026-01-01T00:00:00Z",
      expires: "2027-01-01T00:00:00Z",
      fingerprint: "",
    };
    const text = formatExplanation({
      ...member,
      tls: {
        certificate,
        authorities: [],
        mutual: true,
        minVersion: "TLSv1.3",
        reloads: 1,
        loadedAgoMs: 1,
        reloadError: { code: "TLS_MISCONFIGURED", message: "the key is not that of the certificate", agoMs: 5 },
        connections: { open: 2, older: 1 },
        failures: [
          { address: "10.0.0.66", count: 2, code: "TLS_PLAINTEXT", message: "it does not speak TLS", agoMs: 1_500 },
        ],
      },
    });
    expect(fact(text, "tls")).toEqual([
      "mutual, TLSv1.3 or later, certificate of CN=orders-1 until 2027-01-01T00:00:00Z, " +
        "1 connection from before the latest reload, " +
        "files not taken: the key is not that of the certificate (TLS_MISCONFIGURED)",
      "10.0.0.66  2 failures  the latest 1.50 s ago  TLS_PLAINTEXT: it does not speak TLS",
    ]);
  });
});
