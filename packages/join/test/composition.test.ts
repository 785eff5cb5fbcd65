import { type Clock, exponentialBackoff, inMemoryDiscovery, systemClock } from "@rollcall/core";
import type { DependencyContainer } from "tsyringe";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createJoinScheduler, JOIN_TOKENS, type JoinScheduler, registerJoinDefaults } from "../src/index.js";
import { connectionRefused, FakeJoiner } from "./support/fake-joiner.js";
import { FakeMembership } from "./support/fake-membership.js";
import { A, B, C, D } from "./support/scheduler-world.js";
import { seededRandom } from "./support/seeded-random.js";
import { settle, VirtualClock } from "./support/virtual-clock.js";

// tsyringe refuses to be loaded without a Reflect polyfill, which comes with this package.
const { container: globalContainer } = await import("tsyringe");

let container: DependencyContainer;
let clock: VirtualClock;
let joiner: FakeJoiner;
let membership: FakeMembership;

beforeEach(() => {
  container = globalContainer.createChildContainer();
  clock = new VirtualClock();
  joiner = new FakeJoiner(clock);
  membership = new FakeMembership("me");
  container.register(JOIN_TOKENS.joiner, { useValue: joiner });
  container.register(JOIN_TOKENS.membership, { useValue: membership });
  container.register<Clock>(JOIN_TOKENS.clock, { useValue: clock });
});

async function startWith(...listing: string[]): Promise<JoinScheduler> {
  if (listing.length > 0) container.register(JOIN_TOKENS.discovery, { useValue: inMemoryDiscovery(listing) });
  const scheduler = createJoinScheduler(container);
  onTestFinished(() => scheduler.stop());
  scheduler.start();
  await settle();
  return scheduler;
}

describe("a scheduler composed by a container", () => {
  it("needs a joiner and a membership, and says which one is missing", () => {
    const empty = globalContainer.createChildContainer();
    expect(() => createJoinScheduler(empty)).toThrow(/membership.*JOIN_TOKENS\.membership/);
    empty.register(JOIN_TOKENS.membership, { useValue: membership });
    expect(() => createJoinScheduler(empty)).toThrow(/joiner.*JOIN_TOKENS\.joiner/);
  });

  it("works without a discovery", async () => {
    const scheduler = await startWith();
    expect(scheduler.explain().situation.code).toBe("NO_DISCOVERY");
  });

  it("runs on the process's clock unless told otherwise", () => {
    const defaults = globalContainer.createChildContainer();
    registerJoinDefaults(defaults);
    expect(defaults.resolve(JOIN_TOKENS.clock)).toBe(systemClock);
  });

  it("leaves nothing in the container it was given", () => {
    createJoinScheduler(container);
    expect(container.isRegistered(JOIN_TOKENS.policy, true)).toBe(false);
    expect(container.resolve(JOIN_TOKENS.joiner)).toBe(joiner);
  });

  it("shares nothing with the scheduler of another system but what the parent has", async () => {
    const made: unknown[] = [];
    container.register(JOIN_TOKENS.random, {
      useFactory: () => {
        const random = seededRandom(1);
        made.push(random);
        return random;
      },
    });
    createJoinScheduler(container);
    // One for the scheduler and its policy together.
    expect(made).toHaveLength(1);
    createJoinScheduler(container);
    expect(made).toHaveLength(2);
    expect(made[0]).not.toBe(made[1]);
  });

  it.each(["before", "after"])("takes what is registered %s the defaults", async (order) => {
    const policy = { choose: () => [] };
    if (order === "after") registerJoinDefaults(container);
    container.register(JOIN_TOKENS.policy, { useValue: policy });
    if (order === "before") registerJoinDefaults(container);
    await startWith(A);
    expect(joiner.tried).toEqual([]);
  });
});

describe("each part can be replaced by registering its token:", () => {
  it("joiner", async () => {
    const other = new FakeJoiner(clock);
    container.register(JOIN_TOKENS.joiner, { useValue: other });
    await startWith(A);
    expect(joiner.tried).toEqual([]);
    expect(other.tried).toEqual([A]);
  });

  it("membership", async () => {
    const other = new FakeMembership("me");
    other.add("node-a", A);
    container.register(JOIN_TOKENS.membership, { useValue: other });
    await startWith(A);
    expect(joiner.tried).toEqual([]);
  });

  it("discovery", async () => {
    await startWith(A, B);
    expect(joiner.tried.toSorted()).toEqual([A, B]);
  });

  it("selfId", async () => {
    container.register(JOIN_TOKENS.selfId, { useValue: "me" });
    const [host = "", port] = A.split(":");
    container.register(JOIN_TOKENS.discovery, {
      useValue: inMemoryDiscovery([{ host, port: Number(port), id: "me" }, B]),
    });
    await startWith();
    expect(joiner.tried).toEqual([B]);
  });

  it("clock", async () => {
    joiner.behaviour = (endpoint, attempt) => attempt.fail(connectionRefused(endpoint));
    await startWith(A);
    expect(joiner.attempts).toHaveLength(1);
    await clock.advance(13);
    expect(joiner.attempts).toHaveLength(2);
  });

  it("random", async () => {
    const orderWith = async (seed: number) => {
      container.register(JOIN_TOKENS.random, { useValue: seededRandom(seed) });
      joiner = new FakeJoiner(clock);
      container.register(JOIN_TOKENS.joiner, { useValue: joiner });
      await startWith(A, B, C, D);
      return joiner.tried;
    };
    const order = await orderWith(1);
    expect(await orderWith(1)).toEqual(order);
    expect(await orderWith(2)).not.toEqual(order);
  });

  it("backoff", async () => {
    container.register(JOIN_TOKENS.backoff, { useValue: { delayMs: (failures) => failures * 1000 } });
    joiner.behaviour = (endpoint, attempt) => attempt.fail(connectionRefused(endpoint));
    await startWith(A);
    await clock.advance(6000);
    expect(joiner.triedAt(A)).toEqual([0, 1000, 3000, 6000]);
  });

  it("permanentBackoff", async () => {
    const everySecond = exponentialBackoff({ initialMs: 1000, factor: 1, maxMs: 1000, jitter: 0 });
    container.register(JOIN_TOKENS.permanentBackoff, { useValue: everySecond });
    joiner.behaviour = (_, attempt) => attempt.answer({ kind: "rejected", code: "WRONG_SYSTEM", reason: "" });
    await startWith(A);
    await clock.advance(3000);
    expect(joiner.triedAt(A)).toEqual([0, 1000, 2000, 3000]);
  });

  it("policy", async () => {
    const last = { choose: (candidates: readonly { host: string; port: number }[]) => candidates.slice(-1) };
    container.register(JOIN_TOKENS.policy, { useValue: last });
    await startWith(A, B, C);
    expect(joiner.tried).toEqual([C]);
  });

  it("logger", async () => {
    const said: string[] = [];
    const say = (_: object, message: string) => said.push(message);
    container.register(JOIN_TOKENS.logger, { useValue: { debug: say, info: say, warn: say } });
    await startWith(A);
    expect(said).toContain("trying to join");
  });

  it("limits", async () => {
    container.register(JOIN_TOKENS.limits, { useValue: { maxConcurrentJoins: 2 } });
    await startWith(A, B, C);
    expect(joiner.attempts).toHaveLength(2);
  });

  it("and there is no token that is not tried here", () => {
    expect(Object.keys(JOIN_TOKENS).toSorted()).toEqual(
      [
        "backoff",
        "clock",
        "discovery",
        "joiner",
        "limits",
        "logger",
        "membership",
        "permanentBackoff",
        "policy",
        "random",
        "selfId",
      ].toSorted(),
    );
  });
});
