import { exponentialBackoff, type ServiceInstance } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { randomOrder } from "../src/candidate-policy.js";
import { resolveLimits } from "../src/join-defaults.js";
import type { JoinDecision, JoinEvent } from "../src/join-event.js";
import { JoinMachine } from "../src/join-machine.js";
import { FakeMembership } from "./support/fake-membership.js";
import { seededRandom } from "./support/seeded-random.js";

const EVERY_100_MS = exponentialBackoff({ initialMs: 100, factor: 1, maxMs: 100, jitter: 0 });
const instance = (n: number): ServiceInstance => ({ host: `10.0.${n >> 8}.${n & 255}`, port: 7337 });
const listed = (count: number): JoinEvent => ({
  kind: "listed",
  listing: Array.from({ length: count }, (_, n) => instance(n)),
});
const attempts = ({ directives }: JoinDecision) =>
  directives.flatMap((directive) => (directive.kind === "attempt" ? [directive.key] : []));

function machineWith(membership = new FakeMembership("me", "10.9.9.9:1")) {
  const random = seededRandom(1);
  return new JoinMachine({
    ...{ membership, random, policy: randomOrder(random), limits: resolveLimits({}), selfId: undefined },
    backoff: EVERY_100_MS,
    permanentBackoff: EVERY_100_MS,
  });
}

describe("the join machine", () => {
  it("asks for no tick while nothing waits for time", () => {
    const machine = machineWith();
    expect(machine.handle(listed(0), 0).wakeAt).toBe(Number.POSITIVE_INFINITY);
    expect(machine.handle(listed(1), 0).wakeAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("asks for a tick when the first of those backing off is due", () => {
    const machine = machineWith();
    const [first = "", second = ""] = attempts(machine.handle(listed(2), 1000));
    const failed = { kind: "failed", code: "ECONNREFUSED", reason: "" } as const;
    machine.handle({ kind: "settled", key: first, result: failed }, 1010);
    expect(machine.handle({ kind: "settled", key: second, result: failed }, 1050).wakeAt).toBe(1110);
    const early = machine.handle({ kind: "tick" }, 1109.9);
    expect([attempts(early), early.wakeAt]).toEqual([[], 1110]);
    expect(attempts(machine.handle({ kind: "tick" }, 1110))).toEqual([first]);
  });

  it("asks for no tick while there is no room, as nothing could be started", () => {
    const machine = machineWith();
    const keys = attempts(machine.handle(listed(4), 0));
    const failed = { kind: "failed", code: "ECONNREFUSED", reason: "" } as const;
    const next = machine.handle({ kind: "settled", key: keys[0] as string, result: failed }, 0);
    expect(attempts(next)).toHaveLength(1);
    expect(next.wakeAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("ignores the end of an attempt it does not know of", () => {
    const machine = machineWith();
    machine.handle(listed(1), 0);
    machine.handle({ kind: "settled", key: "10.0.0.0:7337", result: { kind: "self" } }, 0);
    const again = machine.handle({ kind: "settled", key: "10.0.0.0:7337", result: { kind: "self" } }, 0);
    const stranger = machine.handle({ kind: "settled", key: "10.7.7.7:7337", result: { kind: "self" } }, 0);
    expect([...again.directives, ...stranger.directives]).toEqual([]);
    expect(machine.attemptsUnderWay).toBe(0);
  });

  it("does not depend on the order of several ids at one endpoint", () => {
    const [host, port] = ["10.0.0.0", 7337];
    const ids = [
      { host, port, id: "a" },
      { host, port, id: "b" },
    ];
    for (const listing of [ids, ids.toReversed()]) {
      const machine = machineWith();
      machine.handle({ kind: "listed", listing }, 0);
      expect([...machine.records].map((record) => record.instance.id)).toEqual(["a"]);
    }
  });

  it("takes spellings of a host that no resolver tells apart for one endpoint", () => {
    const machine = machineWith();
    const listing = ["db.example", "DB.example", "db.example."].map((host) => ({ host, port: 1 }));
    expect(attempts(machine.handle({ kind: "listed", listing }, 0))).toEqual(["db.example:1"]);
  });

  it("looks at each of 10,000 endpoints once per event", () => {
    const membership = new FakeMembership("me", "10.9.9.9:1");
    const machine = machineWith(membership);
    machine.handle(listed(10_000), 0);
    expect(membership.lookups).toBe(10_000);
    machine.handle({ kind: "tick" }, 1);
    expect(membership.lookups).toBe(20_000);
  });
});
