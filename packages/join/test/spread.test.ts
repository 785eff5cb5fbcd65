import { inMemoryDiscovery } from "@rollcall/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { JOIN_DEFAULTS, JoinScheduler, spreadDelayMs } from "../src/index.js";
import { connectionRefused, FakeJoiner } from "./support/fake-joiner.js";
import { FakeMembership } from "./support/fake-membership.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { seededRandom } from "./support/seeded-random.js";
import { settle, VirtualClock } from "./support/virtual-clock.js";

const NEWCOMER = "10.2.0.1:7337";
const SPREAD_MS = JOIN_DEFAULTS.spreadMs;

describe("the head start of a newcomer", () => {
  it.each([
    // members, the random number, the delay in units of spreadMs: log2(members · (1 − random)), never negative
    [2, 0, 1],
    [2, 0.5, 0],
    [2, 0.75, 0],
    [8, 0, 3],
    [8, 0.5, 2],
    [8, 0.75, 1],
    [8, 0.875, 0],
    [1024, 0, 10],
    [1024, 1 - 2 ** -11, 0],
  ])("of %i members at %d is %d times spreadMs", (members, random, expected) => {
    expect(spreadDelayMs(members, 1000, () => random)).toBeCloseTo(expected * 1000, 6);
  });

  it.each([10, 100, 1000, 10_000])(
    "lets two of %i members dial within spreadMs on average, and one at once",
    (size) => {
      const random = seededRandom(size);
      const rounds = 400_000 / size;
      let atOnce = 0;
      let early = 0;
      let longest = 0;
      for (let round = 0; round < rounds; round++) {
        for (let member = 0; member < size; member++) {
          const delay = spreadDelayMs(size, SPREAD_MS, random);
          longest = Math.max(longest, delay);
          if (delay === 0) atOnce++;
          if (delay <= SPREAD_MS) early++;
        }
      }
      expect(longest).toBeLessThanOrEqual(SPREAD_MS * Math.log2(size));
      // Binomial; five standard deviations either way.
      const tolerance = (mean: number) => 5 * Math.sqrt(mean / rounds);
      expect(Math.abs(atOnce / rounds - 1)).toBeLessThan(tolerance(1));
      expect(Math.abs(early / rounds - 2)).toBeLessThan(tolerance(2));
    },
  );
});

/** Many members of one cluster, each with a scheduler, all watching the same listing. */
class Swarm {
  readonly clock = new VirtualClock();
  readonly discovery = inMemoryDiscovery();
  readonly joiner = new FakeJoiner(this.clock);
  readonly memberships: FakeMembership[];

  constructor(size: number, seed: number, spreadMs = SPREAD_MS) {
    const members = Array.from({ length: size }, (_, n) => [`node-${n}`, `10.1.${n >> 8}.${n & 255}:7337`] as const);
    this.discovery.set(members.map(([, endpoint]) => endpoint));
    this.memberships = members.map(([nodeId, endpoint], n) => {
      const membership = new FakeMembership(nodeId, endpoint);
      membership.addAll(members);
      const random = seededRandom(seed * 10_000 + n);
      const scheduler = new JoinScheduler({
        ...{ discovery: this.discovery, joiner: this.joiner, clock: this.clock, membership, random, spreadMs },
        selfId: nodeId,
      });
      scheduler.start();
      onTestFinished(() => scheduler.stop());
      return membership;
    });
  }

  async seeNewcomer(): Promise<void> {
    await settle();
    this.discovery.add(NEWCOMER);
    await settle();
  }

  everybodyLearns(): void {
    for (const membership of this.memberships) membership.add("newcomer", NEWCOMER);
  }
}

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
const average = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

describe("100 members that see one newcomer at once", () => {
  it("make one or two attempts in all when it joins by itself within a second", async () => {
    const made = [];
    for (const seed of SEEDS) {
      const swarm = new Swarm(100, seed);
      await swarm.seeNewcomer();
      await swarm.clock.advance(1000);
      swarm.everybodyLearns();
      await swarm.clock.advance(60_000);
      made.push(swarm.joiner.attempts.length);
    }
    // Expected: 2 ** (1000 / 2000) = 1.41.
    expect(average(made)).toBeLessThan(2.2);
    expect(Math.max(...made)).toBeLessThanOrEqual(6);
  });

  it("would all dial it without the head start", async () => {
    const swarm = new Swarm(100, 1, 0);
    await swarm.seeNewcomer();
    expect(swarm.joiner.attempts).toHaveLength(100);
  });

  it("heal an island within spreadMs · log2(100) = 13.3 s, in few attempts", async () => {
    const healedAt = [];
    const made = [];
    for (const seed of SEEDS) {
      const swarm = new Swarm(100, seed);
      swarm.joiner.behaviour = (_, attempt) => {
        swarm.clock.schedule(20, () => {
          swarm.everybodyLearns();
          attempt.answer({ kind: "joined", nodeId: "newcomer" });
        });
      };
      await swarm.seeNewcomer();
      await swarm.clock.advance(SPREAD_MS * Math.log2(100));
      expect(swarm.joiner.open).toEqual([]);
      expect(swarm.memberships.every((membership) => membership.isMember("newcomer"))).toBe(true);
      healedAt.push(swarm.joiner.attempts[0]?.at ?? Number.POSITIVE_INFINITY);
      made.push(swarm.joiner.attempts.length);
    }
    expect(average(healedAt)).toBeLessThan(SPREAD_MS);
    expect(average(made)).toBeLessThan(2.5);
  });

  it("spread their retries too, so that one that does not listen yet is not stormed", async () => {
    const made = [];
    for (const seed of SEEDS.slice(0, 5)) {
      const swarm = new Swarm(100, seed);
      swarm.joiner.behaviour = (endpoint, attempt) => attempt.fail(connectionRefused(endpoint));
      await swarm.seeNewcomer();
      await swarm.clock.advance(4000);
      made.push(swarm.joiner.attempts.length);
    }
    // 2 ** (4000 / 2000) = 4 members have tried by then, and some of them again; without spreading it would be 1000.
    expect(average(made)).toBeLessThan(10);
  });
});

describe("how many members there are", () => {
  it("does not matter to a node without fellows, which dials at once", async () => {
    const world = await new SchedulerWorld({ random: () => 0 }).start(A);
    expect(world.joiner.tried).toEqual([A]);
  });

  it("makes a node in a cluster of two wait at most spreadMs for C and D", async () => {
    for (const seed of SEEDS) {
      const world = await new SchedulerWorld({ seed }).start(B);
      await world.accept(B);
      await world.list(A, B, C, D);
      await world.clock.advance(SPREAD_MS);
      expect(world.joiner.tried).toEqual(expect.arrayContaining([A, C, D]));
    }
  });

  it("stops to matter when the fellows are gone", async () => {
    const world = await new SchedulerWorld({ random: () => 0 }).start(B);
    await world.accept(B);
    await world.list(C);
    expect(world.explain(C)).toMatchObject({ state: "waiting", nextRetryInMs: SPREAD_MS });
    world.membership.remove(`node-${B}`);
    await world.clock.advance(JOIN_DEFAULTS.coalesceMs);
    expect(world.joiner.tried).toEqual([B, C]);
  });

  it("is taken from what is listed when the membership does not count", async () => {
    const world = new SchedulerWorld({ random: () => 0, selfId: "me" });
    Object.defineProperty(world.membership, "memberCount", { value: undefined });
    await world.start(A);
    await world.accept(A);
    await world.list(A, B);
    expect(world.explain(B)).toMatchObject({ state: "waiting", nextRetryInMs: SPREAD_MS });
    expect(world.scheduler.explain().members).toBe(2);
  });
});
