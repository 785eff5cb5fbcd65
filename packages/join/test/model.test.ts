import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JoinOutcome, JoinScheduler } from "../src/index.js";
import { connectionRefused, FakeJoiner } from "./support/fake-joiner.js";
import { FakeMembership } from "./support/fake-membership.js";
import { ManualDiscovery } from "./support/manual-discovery.js";
import { seededRandom } from "./support/seeded-random.js";
import { settle, VirtualClock } from "./support/virtual-clock.js";

const MAX_CONCURRENT = 3;
const PORT = 7337;
const HOSTS = Array.from({ length: 8 }, (_, n) => `10.0.0.${n}`);
const SELF_ALIAS = HOSTS[7] as string;

type Step =
  | { readonly do: "list"; readonly hosts: readonly string[] }
  | { readonly do: "fail" | "end" }
  | { readonly do: "settle"; readonly pick: number; readonly how: "accept" | "refuse" | "reject" | "lie" }
  | { readonly do: "join-us" | "remove"; readonly host: string }
  | { readonly do: "ask"; readonly host: string; readonly maxAttempts: number; readonly impatient: boolean }
  | { readonly do: "lose-patience" }
  | { readonly do: "wait"; readonly ms: number };

const host = fc.constantFrom(...HOSTS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("list" as const), hosts: fc.uniqueArray(host) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("fail" as const, "end" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      pick: fc.nat(2),
      how: fc.constantFrom("accept" as const, "refuse" as const, "reject" as const, "lie" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("join-us" as const, "remove" as const), host }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      host,
      maxAttempts: fc.integer({ min: 1, max: 4 }),
      impatient: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose-patience" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40_000 }) }) },
);

/** What a scheduler may do, written down without knowing how it does it. */
class Model {
  readonly clock = new VirtualClock();
  readonly discovery = new ManualDiscovery();
  readonly membership = new FakeMembership("me", "10.9.9.9:7337");
  readonly joiner = new FakeJoiner(this.clock);
  readonly scheduler: JoinScheduler;
  readonly #asked = new Map<number, { readonly host: string; readonly impatience: AbortController }>();
  #requests = 0;
  #listed = new Set<string>();
  #incarnation = 0;
  #stopped = false;

  constructor(seed: number) {
    this.scheduler = new JoinScheduler({
      ...{ discovery: this.discovery, joiner: this.joiner, membership: this.membership, clock: this.clock },
      random: seededRandom(seed),
      maxConcurrentJoins: MAX_CONCURRENT,
    });
    this.joiner.behaviour = (endpoint) => this.#onAttempt(endpoint);
  }

  async run(steps: readonly Step[]): Promise<void> {
    this.scheduler.start();
    await settle();
    for (const next of steps) {
      await this.#take(next);
      await settle();
      this.#check();
    }
  }

  /** From now on everybody answers; whoever is listed has to be a member, or ourselves, within two minutes. */
  async everybodyAnswers(): Promise<void> {
    this.joiner.behaviour = (endpoint) => {
      this.#onAttempt(endpoint);
      queueMicrotask(() => this.#settle(endpoint, "accept"));
    };
    for (const { endpoint } of this.joiner.open) this.#settle(endpoint, "accept");
    await this.clock.advance(120_000);
    for (const listed of this.#listed) {
      const { state } =
        this.scheduler.explain().endpoints.find(({ endpoint }) => endpoint === `${listed}:${PORT}`) ?? {};
      expect(state, listed).toBe(listed === SELF_ALIAS ? "self" : "joined");
    }
    expect(this.#asked.size).toBe(0);
  }

  async stopForGood(): Promise<void> {
    await this.scheduler.stop();
    this.#stopped = true;
    this.membership.add("late", "10.0.0.1:7337");
    this.membership.remove("late");
    this.discovery.list(HOSTS.map((name) => ({ host: name, port: PORT })));
    await this.clock.advance(120_000);
    expect(this.joiner.open).toEqual([]);
    expect(this.clock.pending).toBe(0);
    expect(this.membership.listeners).toBe(0);
    expect(this.#asked.size).toBe(0);
  }

  #onAttempt(endpoint: string): void {
    const name = endpoint.split(":")[0] as string;
    expect(this.#stopped, "an attempt after stop").toBe(false);
    expect(this.joiner.open.length, "attempts under way").toBeLessThanOrEqual(MAX_CONCURRENT);
    expect(
      this.joiner.open.filter((attempt) => attempt.endpoint === endpoint),
      "attempts on one",
    ).toHaveLength(1);
    const wanted = this.#listed.has(name) || [...this.#asked.values()].some((request) => request.host === name);
    expect(wanted, `${endpoint} is neither listed nor asked for`).toBe(true);
    expect(this.membership.memberAt({ host: name, port: PORT }), `${endpoint} is a member`).toBeUndefined();
  }

  #check(): void {
    const { endpoints, attemptsUnderWay } = this.scheduler.explain();
    expect(attemptsUnderWay).toBe(this.joiner.open.length);
    const known = new Map(endpoints.map((entry) => [entry.endpoint, entry]));
    for (const listed of this.#listed) expect(known.get(`${listed}:${PORT}`)?.listed, listed).toBe(true);
    // Nobody waits for nothing: whoever is due is only kept waiting by a lack of room.
    if (attemptsUnderWay === MAX_CONCURRENT) return;
    for (const { state, nextRetryInMs } of endpoints) if (state === "waiting") expect(nextRetryInMs).toBeGreaterThan(0);
  }

  async #take(next: Step): Promise<void> {
    switch (next.do) {
      case "list":
        if (!this.discovery.open) return;
        this.#listed = new Set(next.hosts);
        this.discovery.list(next.hosts.map((name) => ({ host: name, port: PORT })));
        return;
      case "fail":
        return this.discovery.fail(new Error("the registry is away"));
      case "end":
        return this.discovery.end();
      case "settle": {
        const attempt = this.joiner.open[next.pick];
        if (attempt) this.#settle(attempt.endpoint, next.how);
        return;
      }
      case "join-us":
        if (next.host !== SELF_ALIAS) this.#becomesMember(next.host);
        return this.clock.advance(50);
      case "remove":
        for (const [nodeId, address] of this.membership.members) {
          if (address === `${next.host}:${PORT}`) this.membership.remove(nodeId);
        }
        return this.clock.advance(50);
      case "ask":
        return this.#ask(next);
      case "lose-patience":
        for (const { impatience } of this.#asked.values()) impatience.abort();
        return;
      case "wait":
        return this.clock.advance(next.ms);
    }
  }

  #settle(endpoint: string, how: "accept" | "refuse" | "reject" | "lie"): void {
    const attempt = this.joiner.attemptOn(endpoint);
    const name = endpoint.split(":")[0] as string;
    if (how === "refuse") {
      attempt.fail(connectionRefused(endpoint));
      return;
    }
    const outcomes: Record<"accept" | "reject" | "lie", () => JoinOutcome> = {
      accept: () => (name === SELF_ALIAS ? { kind: "self" } : { kind: "joined", nodeId: this.#becomesMember(name) }),
      reject: () => ({ kind: "rejected", code: "WRONG_SYSTEM", reason: "not one of us" }),
      lie: () => ({ kind: "joined", nodeId: "nobody" }),
    };
    attempt.answer(outcomes[how]());
  }

  #becomesMember(name: string): string {
    const present = this.membership.memberAt({ host: name, port: PORT });
    if (present !== undefined) return present;
    const nodeId = `${name}#${++this.#incarnation}`;
    this.membership.add(nodeId, `${name}:${PORT}`);
    return nodeId;
  }

  #ask({ host: name, maxAttempts, impatient }: Extract<Step, { do: "ask" }>): void {
    const id = ++this.#requests;
    const impatience = new AbortController();
    this.#asked.set(id, { host: name, impatience });
    const options = impatient ? { maxAttempts, signal: impatience.signal } : { maxAttempts };
    const done = () => void this.#asked.delete(id);
    // Each request has to end; everybodyAnswers and stopForGood look whether one is left.
    this.scheduler.join({ host: name, port: PORT }, options).then(done, done);
  }
}

describe("whatever is listed, answered, joined and removed in whatever order", () => {
  it("never too many attempts, never an unwanted one, never one forgotten, none after stop", async () => {
    // A failing run prints fast-check's seed and path, with which it can be repeated.
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), async (seed, steps) => {
        const model = new Model(seed);
        await model.run(steps);
        await model.everybodyAnswers();
        await model.stopForGood();
      }),
      { numRuns: 200 },
    );
  });

  it("never anything left when it is stopped in the middle", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 30, size: "max" }), async (seed, steps) => {
        const model = new Model(seed);
        await model.run(steps);
        await model.stopForGood();
      }),
      { numRuns: 100 },
    );
  });

  it("the same trace for the same seed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 30, size: "max" }), async (seed, steps) => {
        const traceOf = async () => {
          const model = new Model(seed);
          await model.run(steps);
          await model.stopForGood();
          return model.joiner.attempts.map(({ at, endpoint }) => `${at} ${endpoint}`);
        };
        expect(await traceOf()).toEqual(await traceOf());
      }),
      { numRuns: 50 },
    );
  });
});
