import { supervise } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import type { CandidatePolicy } from "../src/index.js";
import { BreakableDiscovery } from "./support/breakable-discovery.js";
import { connectionRefused } from "./support/fake-joiner.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { settle, VirtualClock } from "./support/virtual-clock.js";

const MINUTE = 60_000;

describe("the join scheduler compares who is listed with who is a member", () => {
  it("joins the first one listed in the turn the listing arrives in", async () => {
    const world = await new SchedulerWorld().start(A);
    expect(world.clock.now()).toBe(0);
    expect(world.joiner.tried).toEqual([A]);
  });

  it("joins only B when A is a member and both are listed", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    await world.list(A, B);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A, B]);
  });

  it("does nothing when the same listing comes again", async () => {
    const world = await new SchedulerWorld().start(A, B);
    await world.accept(A);
    await world.accept(B);
    await world.list(B, A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried.toSorted()).toEqual([A, B]);
  });

  it("does nothing when a member vanishes from the listing", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    const before = [...world.membership.members];
    await world.list();
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    expect([...world.membership.members]).toEqual(before);
  });

  it("joins again when a member was removed and is still listed", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A, "first");
    world.membership.remove("first");
    await world.clock.advance(100);
    expect(world.joiner.tried).toEqual([A, A]);
  });

  it("joins again when a removed member returns to the listing", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A, "first");
    await world.list();
    world.membership.remove("first");
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    await world.list(A);
    expect(world.joiner.tried).toEqual([A, A]);
  });

  it("does not dial whoever joined us first", async () => {
    const world = new SchedulerWorld();
    world.membership.add("node-a", A);
    await world.start(A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([]);
  });

  it("does not dial a member that is listed with its node id under another address", async () => {
    const world = new SchedulerWorld();
    world.membership.add("node-a", A);
    await world.start();
    world.discovery.set([{ host: "node-a.example", port: 7337, id: "node-a" }]);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([]);
  });

  it("remembers who answered under an alias, and dials it again only when that member was removed", async () => {
    const alias = "a.example:7337";
    const world = await new SchedulerWorld().start(alias);
    world.membership.add("node-a", A);
    world.joiner.attemptOn(alias).answer({ kind: "joined", nodeId: "node-a" });
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([alias]);
    world.membership.remove("node-a");
    await world.clock.advance(100);
    expect(world.joiner.tried).toEqual([alias, alias]);
  });

  it("takes two spellings of a host for one endpoint", async () => {
    const world = await new SchedulerWorld().start("db.example:1", "DB.Example.:1");
    expect(world.joiner.attempts).toHaveLength(1);
  });
});

describe("a failed attempt", () => {
  it("is retried with growing, jittered delays while the endpoint stays listed", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(5000);
    const at = world.joiner.triedAt(A);
    const delays = at.slice(1).map((time, index) => time - (at[index] as number));
    expect(delays.length).toBeGreaterThan(8);
    delays.forEach((delay, index) => {
      const base = Math.min(3000, 50 * 1.5 ** index);
      expect(delay).toBeGreaterThanOrEqual(base * 0.8);
      expect(delay).toBeLessThanOrEqual(base * 1.2);
    });
    expect(new Set(delays.map((delay, index) => delay / 1.5 ** index)).size).toBeGreaterThan(5);
  });

  it("settles at one try in about 30 s after 32 failures, and never gives up", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(60 * MINUTE);
    const at = world.joiner.triedAt(A);
    expect(at.length).toBeGreaterThan(100);
    const settled = at.slice(33).map((time, index) => time - (at[index + 32] as number));
    for (const delay of settled) {
      expect(delay).toBeGreaterThanOrEqual(24_000);
      expect(delay).toBeLessThanOrEqual(36_000);
    }
  });

  it("succeeds at the first retry after the contact point begins to listen", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.refuse(A);
    await world.clock.advance(60);
    await world.accept(A);
    expect(world.stateOf(A)).toBe("joined");
  });

  it("is dropped when the endpoint has vanished meanwhile", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.list();
    expect(world.joiner.attemptOn(A).signal.aborted).toBe(false);
    await world.refuse(A);
    await world.clock.advance(MINUTE);
    expect(world.joiner.tried).toEqual([A]);
    expect(world.scheduler.explain().endpoints).toEqual([]);
  });

  it("is forgotten when the endpoint vanishes and comes back", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(20_000);
    await world.list();
    const before = world.joiner.attempts.length;
    await world.list(A);
    expect(world.joiner.attempts).toHaveLength(before + 1);
    expect(world.explain(A)).toMatchObject({ state: "backing-off", attempts: 1 });
  });

  it("is forgotten when the endpoint vanishes and comes back during an attempt", async () => {
    const world = await new SchedulerWorld({ backoff: { delayMs: (failures) => failures * 1000 } }).start(A);
    await world.refuse(A);
    await world.clock.advance(1000);
    await world.list();
    await world.list(A);
    expect(world.explain(A)).toMatchObject({ state: "attempting", attempts: 1 });
    await world.refuse(A);
    await world.clock.advance(1000);
    expect(world.joiner.triedAt(A)).toEqual([0, 1000, 2000]);
  });

  it("is forgotten when another instance is listed at the same endpoint", async () => {
    const world = await new SchedulerWorld().start();
    world.discovery.set([{ host: "10.0.0.10", port: 7337, id: "old" }]);
    await settle();
    await world.reject(A, "TOMBSTONED");
    await world.clock.advance(1000);
    expect(world.joiner.tried).toEqual([A]);
    world.discovery.set([{ host: "10.0.0.10", port: 7337, id: "new" }]);
    await settle();
    expect(world.joiner.tried).toEqual([A, A]);
    expect(world.explain(A)?.id).toBe("new");
  });

  it.each([10 ** 11, Number.POSITIVE_INFINITY])("can be followed by a delay of %d ms", async (delayMs) => {
    const world = new SchedulerWorld({ backoff: { delayMs: () => delayMs } });
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(10 ** 11);
    expect(world.joiner.attempts).toHaveLength(delayMs === 10 ** 11 ? 2 : 1);
  });

  it("is retried in time although the membership changes meanwhile", async () => {
    const world = new SchedulerWorld({ backoff: { delayMs: () => 10 }, spreadMs: 0 });
    world.refuseAll();
    await world.start(A);
    await world.clock.advance(1);
    world.membership.add("node-b", B);
    await world.clock.advance(9);
    expect(world.joiner.triedAt(A)).toEqual([0, 10]);
  });

  it("counts as failed when the peer answered but did not become a member", async () => {
    const world = new SchedulerWorld();
    world.joiner.behaviour = (_, attempt) => attempt.answer({ kind: "joined", nodeId: "ghost" });
    await world.start(A);
    expect(world.explain(A)).toMatchObject({ state: "backing-off", lastCode: "NOT_A_MEMBER" });
    await world.clock.advance(1000);
    expect(world.joiner.attempts.length).toBeLessThan(10);
  });

  it("is one even if the joiner throws instead of rejecting, or resolves with nonsense", async () => {
    const world = new SchedulerWorld();
    world.joiner.join = () => {
      throw connectionRefused(A);
    };
    await world.start(A);
    expect(world.explain(A)?.lastCode).toBe("ECONNREFUSED");
    for (const nonsense of [
      undefined,
      null,
      {},
      { kind: "maybe" },
      { kind: "joined" },
      { kind: "joined", nodeId: "" },
    ]) {
      await world.list();
      world.joiner.join = async () => nonsense as never;
      await world.list(A);
      expect(world.explain(A)?.lastCode, JSON.stringify(nonsense)).toBe("INVALID_OUTCOME");
    }
  });
});

describe("discovery trouble", () => {
  it("that throws leaves the last listing in force and opens the subscription again after a jittered delay", async () => {
    const reopenedAt = new Set<number>();
    for (const seed of [1, 2, 3]) {
      const world = new SchedulerWorld({ seed });
      await world.start(A);
      world.discovery.fail(new Error("the registry is away"));
      await settle();
      expect(world.discovery.subscribers).toBe(0);
      expect(world.scheduler.explain().discovery).toMatchObject({ state: "retrying", listed: 1, failures: 1 });
      await world.refuse(A);
      await world.clock.advance(100);
      expect(world.joiner.tried).toEqual([A, A]);
      while (world.discovery.subscribers === 0 && world.clock.now() < MINUTE) await world.clock.advance(1);
      reopenedAt.add(world.clock.now());
      expect(world.scheduler.explain().discovery).toMatchObject({ state: "live", failures: 0 });
      await world.list(A, B);
      expect(world.joiner.tried).toContain(B);
    }
    expect(reopenedAt.size).toBe(3);
  });

  it("such as a subscription that completes is cured by opening another", async () => {
    const world = await new SchedulerWorld().start(A);
    world.discovery.end();
    await world.clock.advance(5000);
    expect(world.discovery.subscribers).toBe(1);
    await world.list(A, B);
    expect(world.joiner.tried).toContain(B);
  });

  it("removes nobody and is said once, not at every retry", async () => {
    const world = await new SchedulerWorld().start(A);
    await world.accept(A);
    world.discovery.outage(new Error("the registry is away"));
    await world.clock.advance(10 * MINUTE);
    expect(world.membership.isMember(`node-${A}`)).toBe(true);
    const said = world.log.filter(({ message }) => message.includes("the registry is away"));
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  it("is said again when it comes back after the discovery had recovered", async () => {
    const world = await new SchedulerWorld().start();
    for (let outage = 0; outage < 2; outage++) {
      world.discovery.outage(new Error("the registry is away"));
      await world.clock.advance(MINUTE);
      world.discovery.recover();
      await world.clock.advance(MINUTE);
      expect(world.scheduler.explain().discovery?.state).toBe("live");
    }
    const said = world.log.filter(({ level }) => level !== "debug");
    expect(said.map(({ level, message }) => [level, message.includes("away")])).toEqual([
      ["warn", true],
      ["info", false],
      ["warn", true],
      ["info", false],
    ]);
  });
});

describe("oneself in the listing", () => {
  it("is recognised by the handshake, under whatever name, and not tried again", async () => {
    const alias = "my-other-name.example:7337";
    const world = await new SchedulerWorld().start(alias);
    world.joiner.attemptOn(alias).answer({ kind: "self" });
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.tried).toEqual([alias]);
    expect(world.stateOf(alias)).toBe("self");
  });

  it("is not even dialled when it is listed with our node id", async () => {
    const world = new SchedulerWorld({ selfId: "me" });
    await world.start();
    world.discovery.set([{ host: "my-other-name.example", port: 7337, id: "me" }, A]);
    await settle();
    expect(world.joiner.tried).toEqual([A]);
    expect(world.stateOf("my-other-name.example:7337")).toBe("self");
  });

  it("is recognised by our own node id in the answer as well", async () => {
    const world = await new SchedulerWorld({ selfId: "me" }).start(A);
    world.joiner.attemptOn(A).answer({ kind: "joined", nodeId: "me" });
    await settle();
    expect(world.stateOf(A)).toBe("self");
  });

  it("does not count as a fellow member", async () => {
    const world = await new SchedulerWorld({ selfId: "me" }).start("10.0.0.1:7337");
    expect(world.stateOf("10.0.0.1:7337")).toBe("self");
    expect(world.scheduler.explain().situation.code).toBe("ONLY_SELF_LISTED");
  });
});

describe("many listed endpoints", () => {
  const thousand = Array.from({ length: 1000 }, (_, n) => `10.1.${n >> 8}.${n & 255}:7337`);

  it("are never attempted more than maxConcurrentJoins at once", async () => {
    const world = new SchedulerWorld();
    await world.start(...thousand);
    expect(world.joiner.open).toHaveLength(3);
    for (let round = 0; round < 50; round++) {
      await world.refuse((world.joiner.open[0] as { endpoint: string }).endpoint);
      expect(world.joiner.open).toHaveLength(3);
    }
    expect(new Set(world.joiner.tried).size).toBe(53);
  });

  it("of one cluster take three attempts, because gossip brings the rest", async () => {
    const world = await new SchedulerWorld().start(...thousand);
    const [first] = world.joiner.open;
    world.membership.addAll(thousand.map((endpoint) => [`node-${endpoint}`, endpoint]));
    first?.answer({ kind: "joined", nodeId: `node-${first.endpoint}` });
    await world.clock.advance(MINUTE);
    expect(world.joiner.attempts).toHaveLength(3);
    for (const { endpoint, answer } of world.joiner.open) answer({ kind: "joined", nodeId: `node-${endpoint}` });
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.attempts).toHaveLength(3);
  });

  it("are tried in an order that depends on the seed alone", async () => {
    const orderOf = async (seed: number) => {
      const world = new SchedulerWorld({ seed });
      world.refuseAll();
      await world.start(...thousand.slice(0, 200));
      return world.joiner.tried.slice(0, 100);
    };
    const order = await orderOf(7);
    expect(await orderOf(7)).toEqual(order);
    expect(await orderOf(8)).not.toEqual(order);
    expect(order).not.toEqual(thousand.slice(0, 100));
  });

  it("are all tried in the end when nobody answers", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(...thousand);
    expect(new Set(world.joiner.tried).size).toBe(1000);
  });

  it("beyond maxEndpoints are left out, counted and said", async () => {
    const world = await new SchedulerWorld({ maxEndpoints: 10 }).start(...thousand);
    expect(world.scheduler.explain()).toMatchObject({ leftOut: 990, endpoints: { length: 10 } });
    expect(world.log).toContainEqual(
      expect.objectContaining({ level: "warn", details: expect.objectContaining({ leftOut: 990 }) }),
    );
    await world.list(...thousand.slice(1), A);
    expect(world.log.filter(({ details }) => "leftOut" in details)).toHaveLength(1);
    await world.list(A);
    expect(world.scheduler.explain().endpoints.map(({ endpoint }) => endpoint)).toContain(A);
  });

  it("beyond maxEndpoints are left out at random", async () => {
    const keptWith = async (seed: number) => {
      const world = await new SchedulerWorld({ maxEndpoints: 10, seed }).start(...thousand);
      return world.scheduler.explain().endpoints.map(({ endpoint }) => endpoint);
    };
    expect(await keptWith(1)).not.toEqual(await keptWith(2));
  });

  it("are compared with the membership once per coalesceMs while it keeps changing", async () => {
    const world = new SchedulerWorld({ coalesceMs: 50 });
    const members = thousand.map((endpoint) => [`node-${endpoint}`, endpoint] as const);
    world.membership.addAll(members);
    await world.start(...thousand);
    await world.clock.advance(1000);
    world.membership.lookups = 0;
    for (let ms = 0; ms < 500; ms++) {
      world.membership.add(`guest-${ms}`, `10.9.${ms >> 8}.${ms & 255}:1`);
      await world.clock.advance(1);
    }
    expect(world.membership.lookups).toBe(11 * 1000);
  });

  it("are compared with the membership once per burst of changes", async () => {
    const world = new SchedulerWorld();
    const members = thousand.map((endpoint) => [`node-${endpoint}`, endpoint] as const);
    world.membership.addAll(members);
    await world.start(...thousand);
    await world.clock.advance(1000);
    world.membership.lookups = 0;
    for (let n = 0; n < 1000; n++) world.membership.add(`guest-${n}`, `10.9.${n >> 8}.${n & 255}:1`);
    await world.clock.advance(10);
    for (let n = 0; n < 1000; n++) world.membership.remove(`guest-${n}`);
    await world.clock.advance(1000);
    expect(world.membership.lookups).toBe(2 * 1000);
  });
});

describe("discovery goes on after the join", () => {
  it("and brings two islands together", async () => {
    const world = new SchedulerWorld();
    world.acceptAll();
    await world.start(A);
    await world.clock.advance(MINUTE);
    world.joiner.behaviour = (endpoint, attempt) => {
      // C and D are a cluster of their own; joining one of them brings the other.
      world.membership.addAll([
        ["node-c", C],
        ["node-d", D],
      ]);
      attempt.answer({ kind: "joined", nodeId: endpoint === C ? "node-c" : "node-d" });
    };
    await world.list(A, B, C, D);
    await world.clock.advance(MINUTE);
    expect(world.membership.isMember("node-c") && world.membership.isMember("node-d")).toBe(true);
    expect(world.joiner.tried.some((endpoint) => endpoint === C || endpoint === D)).toBe(true);
  });
});

describe("a scheduler's life", () => {
  it("stop aborts what is under way, waits for it, and attempts nothing afterwards", async () => {
    const world = await new SchedulerWorld().start(A, B);
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.joiner.join = async (_, signal) => {
      await slow;
      throw signal.reason;
    };
    await world.list(A, B, C);
    let stopped = false;
    const stopping = world.scheduler.stop().then(() => {
      stopped = true;
    });
    expect(world.joiner.attempts.every(({ signal }) => signal.aborted)).toBe(true);
    await settle();
    expect(stopped).toBe(false);
    release();
    await stopping;
    world.membership.add("someone", D);
    await world.list(A, B, C, D);
    await world.clock.advance(60 * MINUTE);
    expect(world.joiner.attempts).toHaveLength(2);
  });

  it("stop leaves no timer, no listener and no subscription behind", async () => {
    const world = await new SchedulerWorld().start(A, B);
    await world.refuse(A);
    await world.accept(B);
    expect(world.clock.pending).toBeGreaterThan(0);
    await world.scheduler.stop();
    expect(world.clock.pending).toBe(0);
    expect(world.membership.listeners).toBe(0);
    expect(world.discovery.subscribers).toBe(0);
  });

  it("stop leaves no listener on a discovery that was supervised already", async () => {
    let watching = 0;
    const watchStatus = () => {
      watching++;
      return () => watching--;
    };
    const supervised = supervise(new BreakableDiscovery(), { clock: new VirtualClock() });
    const world = new SchedulerWorld({ discovery: Object.create(supervised, { watchStatus: { value: watchStatus } }) });
    world.scheduler.start();
    await settle();
    expect(watching).toBe(1);
    await world.scheduler.stop();
    expect(watching).toBe(0);
  });

  it("stop is idempotent and safe before start, which then does nothing", async () => {
    const world = new SchedulerWorld();
    const first = world.scheduler.stop();
    expect(world.scheduler.stop()).toBe(first);
    await first;
    await world.start(A);
    expect(world.joiner.tried).toEqual([]);
    expect(world.scheduler.explain().situation.code).toBe("STOPPED");
  });

  it("stop is not undone by an attempt that answers after it was aborted", async () => {
    const world = new SchedulerWorld();
    world.joiner.join = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ kind: "rejected", code: "NODE_LEAVING", reason: "too late" }));
      });
    await world.start(A, B, C, D);
    await world.scheduler.stop();
    expect(world.clock.pending).toBe(0);
  });

  it("stop is not undone by a membership that changed in the same moment", async () => {
    const world = new SchedulerWorld();
    world.membership.onChange(() => void world.scheduler.stop());
    await world.start(A);
    world.membership.add("node-a", A);
    await settle();
    expect(world.clock.pending).toBe(0);
  });

  it("stop called by the joiner itself starts none of the attempts that were due with it", async () => {
    const world = new SchedulerWorld();
    world.joiner.behaviour = () => void world.scheduler.stop();
    await world.start(A, B, C);
    expect(world.joiner.attempts).toHaveLength(1);
  });

  it("start twice subscribes once", async () => {
    const world = await new SchedulerWorld().start(A);
    world.scheduler.start();
    await settle();
    expect(world.discovery.subscribers).toBe(1);
    expect(world.joiner.tried).toEqual([A]);
  });

  it("is a pure function of its seed", async () => {
    const traceOf = async (seed: number) => {
      const world = new SchedulerWorld({ seed });
      world.refuseAll();
      await world.start(A, B, C, D);
      await world.clock.advance(10_000);
      world.membership.add("fellow", B);
      world.discovery.fail();
      await world.clock.advance(MINUTE);
      return world.joiner.attempts.map(({ at, endpoint }) => `${at} ${endpoint}`);
    };
    const trace = await traceOf(42);
    expect(trace.length).toBeGreaterThan(50);
    expect(await traceOf(42)).toEqual(trace);
    expect(await traceOf(43)).not.toEqual(trace);
  });
});

describe("bad input", () => {
  it("in a listing is skipped, counted and said, and the rest is joined", async () => {
    const nonsense = [null, 7, "text", {}, { host: "", port: 1 }, { host: "a", port: 0 }, { host: "a b", port: 1 }];
    const world = new SchedulerWorld({
      discovery: {
        name: "careless",
        lookup: async () => [],
        async *subscribe({ signal } = {}) {
          yield [...nonsense, { host: "10.0.0.10", port: 7337 }] as never;
          await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        },
      },
    });
    await world.start();
    expect(world.joiner.tried).toEqual([A]);
    expect(world.scheduler.explain().discovery).toMatchObject({
      problems: nonsense.length,
      lastProblem: { code: "MALFORMED_RECORD" },
    });
    expect(world.log.some(({ level, message }) => level === "warn" && message.includes("careless"))).toBe(true);
  });

  it("from a policy that returns strangers or too many starts only candidates, and only as many as there is room", async () => {
    const policy: CandidatePolicy = {
      choose: (candidates) => [{ host: "stranger", port: 1 }, ...candidates, ...candidates],
    };
    const world = await new SchedulerWorld({ policy }).start(A, B, C, D);
    expect(world.joiner.tried).toEqual([A, B, C]);
  });

  it("from a policy that insists on a member or on one backing off starts nothing", async () => {
    const asked: string[][] = [];
    const policy: CandidatePolicy = {
      choose(candidates) {
        asked.push(candidates.map(({ host, port }) => `${host}:${port}`));
        return [A, B, C].map((endpoint) => ({ host: endpoint.split(":")[0] as string, port: 7337 }));
      },
    };
    const world = await new SchedulerWorld({ policy, spreadMs: 0 }).start(A, B);
    await world.accept(A);
    await world.reject(B, "WRONG_SYSTEM");
    await world.list(A, B, C);
    expect(asked.at(-1)).toEqual([C]);
    expect(world.joiner.tried).toEqual([A, B, C]);
  });

  it("from a policy that throws is said, and the policy is asked again", async () => {
    let broken = true;
    const policy: CandidatePolicy = {
      choose(candidates) {
        if (broken) throw new Error("no");
        return candidates;
      },
    };
    const world = await new SchedulerWorld({ policy }).start(A);
    expect(world.joiner.tried).toEqual([]);
    expect(world.log.some(({ message }) => message.includes("policy"))).toBe(true);
    broken = false;
    await world.clock.advance(1000);
    expect(world.joiner.tried).toEqual([A]);
  });

  it.each([
    ["maxConcurrentJoins", 0],
    ["maxConcurrentJoins", 1.5],
    ["maxEndpoints", -1],
    ["spreadMs", Number.NaN],
    ["coalesceMs", -1],
    ["policyRetryMs", Number.POSITIVE_INFINITY],
    ["permanentCodes", "WRONG_SYSTEM"],
    ["joiner", {}],
    ["membership", undefined],
    ["discovery", { name: "x" }],
  ])("to the constructor is refused by name: %s = %s", (name, value) => {
    expect(() => new SchedulerWorld({ [name]: value })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(name) }),
    );
  });
});
