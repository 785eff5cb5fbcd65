import { parseEndpoint } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { JOIN_SITUATIONS } from "../src/index.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

describe("explain() names for each endpoint", () => {
  it("state, attempts, last rejection and next retry", async () => {
    const world = await new SchedulerWorld({ random: () => 0.5, maxConcurrentJoins: 2 }).start(A, B, C, D);
    const [first, second] = world.joiner.tried as [string, string];
    await world.reject(first, "WRONG_SYSTEM", 'this is "billing"');
    await world.refuse(second);
    await world.clock.advance(4);
    expect(world.explain(first)).toEqual({
      endpoint: first,
      state: "backing-off",
      listed: true,
      requested: false,
      attempts: 1,
      lastCode: "WRONG_SYSTEM",
      lastReason: 'this is "billing"',
      lastAnswered: true,
      nextRetryInMs: 29_996,
    });
    expect(world.explain(second)).toMatchObject({ lastCode: "ECONNREFUSED", lastAnswered: false, nextRetryInMs: 6 });
    for (const endpoint of world.joiner.tried.slice(2)) expect(world.stateOf(endpoint)).toBe("attempting");
    expect(world.scheduler.explain()).toMatchObject({ attemptsUnderWay: 2, maxConcurrentJoins: 2 });
  });

  it("that it waits for room", async () => {
    const world = await new SchedulerWorld({ maxConcurrentJoins: 1 }).start(A, B);
    const waiting = A === world.joiner.tried[0] ? B : A;
    expect(world.explain(waiting)).toMatchObject({ state: "waiting", attempts: 0, nextRetryInMs: 0 });
  });

  it("who is behind it once it is joined", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.refuse(A);
    await world.clock.advance(100);
    await world.accept(A, "node-a");
    expect(world.explain(A)).toEqual({
      endpoint: A,
      state: "joined",
      listed: true,
      requested: false,
      nodeId: "node-a",
      attempts: 2,
    });
  });

  it("how old the listing is and why, when the discovery fails", async () => {
    const world = await new SchedulerWorld().start(A);
    world.discovery.outage(new Error("the registry is away"));
    await settle();
    await world.clock.advance(42_000);
    expect(world.scheduler.explain().discovery).toMatchObject({
      name: "memory(test)",
      state: "retrying",
      listed: 1,
      listingAgeMs: 42_000,
      lastError: { code: "UNAVAILABLE", message: expect.stringContaining("the registry is away") },
    });
  });

  it("everything as plain data", async () => {
    const world = await new SchedulerWorld().start(A, B);
    await world.reject(A, "WRONG_SYSTEM");
    const explanation = world.scheduler.explain();
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });
});

describe("explain() says why a node is with nobody", () => {
  type Step = (world: SchedulerWorld) => unknown;
  const cases: [
    keyof typeof JOIN_SITUATIONS,
    string,
    Step,
    Partial<ConstructorParameters<typeof SchedulerWorld>[0]>?,
  ][] = [
    ["NOT_STARTED", "has not been started", () => {}],
    ["STOPPED", "has been stopped", (world) => world.scheduler.stop()],
    ["NO_DISCOVERY", "join(endpoint)", (world) => world.start(), { discovery: undefined }],
    ["DISCOVERY_PENDING", "Waiting for memory(test)", (world) => void world.scheduler.start()],
    [
      "DISCOVERY_FAILING",
      "the registry is away",
      (world) => {
        world.discovery.outage(new Error("the registry is away"));
        return world.start();
      },
    ],
    ["NOTHING_LISTED", "memory(test) lists nobody.", (world) => world.start()],
    ["TRYING", "Trying 2 endpoints", (world) => world.start(A, B)],
    [
      "ONLY_SELF_LISTED",
      "nobody but this node",
      async (world) => {
        await world.start(A);
        world.joiner.attemptOn(A).answer({ kind: "self" });
        await settle();
      },
    ],
    [
      "REJECTED",
      `2 of 3 endpoints failed; one said no: ${A} WRONG_SYSTEM (this is "billing").`,
      async (world) => {
        await world.start(A, B, C);
        await world.reject(A, "WRONG_SYSTEM", 'this is "billing"');
        await world.refuse(B);
      },
    ],
    [
      "UNREACHABLE",
      `1 of 1 endpoint failed without an answer: ${A} ECONNREFUSED (connect ECONNREFUSED ${A}).`,
      async (world) => {
        await world.start(A);
        await world.refuse(A);
      },
    ],
    [
      "JOINED",
      "a cluster of 2 members. Nothing has been listed, because the discovery fails: memory(test)",
      async (world) => {
        world.discovery.outage();
        await world.start();
        void world.scheduler.join(parseEndpoint(A));
        await settle();
        await world.accept(A);
      },
    ],
    [
      "JOINED",
      "a cluster of 2 members. The listing is 3 s old, because the discovery fails: memory(test)",
      async (world) => {
        await world.start(A);
        await world.accept(A);
        world.discovery.outage();
        await settle();
        await world.clock.advance(3000);
      },
    ],
  ];

  it.each(cases)("%s: %s", async (code, text, arrange, options = {}) => {
    const world = new SchedulerWorld(options);
    await arrange(world);
    const { situation } = world.scheduler.explain();
    expect(situation.code).toBe(code);
    expect(situation.message).toContain(text);
  });

  it("in every case there is a code for", () => {
    expect([...new Set(cases.map(([code]) => code))].toSorted()).toEqual(Object.keys(JOIN_SITUATIONS).toSorted());
  });
});
