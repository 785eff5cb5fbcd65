import { describe, expect, it } from "vitest";
import { type ActorRef, DistributedActor, onOldest, type SingletonHooks, stopActor } from "../../src/actors/index.js";
import type { ClusterSystem } from "../../src/index.js";
import { Simulation } from "../support/simulation.js";

/** What became of the instances of one test, in order, and how many there are. */
class Log {
  readonly lines: string[] = [];
  readonly active = new Set<string>();
  /** The most that ever were active at once. */
  most = 0;

  activated(where: string, state: unknown): void {
    this.lines.push(`${where} activates with ${state}`);
    this.active.add(where);
    this.most = Math.max(this.most, this.active.size);
  }

  passivated(where: string, state: unknown): void {
    this.lines.push(`${where} passivates with ${state}`);
    this.active.delete(where);
  }
}

class Counter extends DistributedActor.with("increment", "where", "crash") implements SingletonHooks<number> {
  readonly #log: Log;
  #count = 0;

  constructor(log: Log) {
    super();
    this.#log = log;
  }

  increment(): number {
    return ++this.#count;
  }

  where(): string {
    return this.#host;
  }

  crash(): void {
    void this.context.stop();
  }

  onActivate(count = 0): void {
    this.#count = count;
    this.#log.activated(this.#host, count);
  }

  onPassivate(): number {
    this.#log.passivated(this.#host, this.#count);
    return this.#count;
  }

  get #host(): string {
    return this.context.id.node.host;
  }
}

const hostOf = ({ cluster }: ClusterSystem) => cluster.self.host;

/** Has every node host a counter. */
function hostAll(systems: readonly ClusterSystem[], log: Log): ActorRef<Counter>[] {
  return systems.map(({ singleton }) => singleton.host("counter", Counter, log));
}

describe("a singleton", () => {
  it("is one instance, which three nodes reach", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const log = new Log();
    const counters = hostAll(systems, log);
    const counts = counters.map((counter) => counter.increment());
    expect((await simulation.clock.settle(Promise.all(counts))).sort()).toEqual([1, 2, 3]);
    expect(log.lines).toEqual([`${hostOf(systems[0])} activates with 0`]);
  });

  it("can be called from nodes that do not host it, also before anybody does", async () => {
    await using simulation = new Simulation();
    const [a, b, c] = await simulation.form(3);
    const counter = c.singleton.proxy("counter", Counter);
    const count = counter.increment();
    await simulation.clock.advance(1_000);
    expect(c.cluster.explain().actors?.singletons[0]).toMatchObject({ instanceOn: undefined, waitingCalls: 1 });
    const log = new Log();
    a.singleton.host("counter", Counter, log);
    b.singleton.host("counter", Counter, log);
    expect(await simulation.clock.settle(count)).toBe(1);
    expect(c.cluster.explain().actors?.singletons[0]?.instanceOn).toBe(a.cluster.self.toString());
  });

  it("moves when the leader leaves, with what it has left, and no call is lost meanwhile", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a, b, c] = systems;
    const log = new Log();
    const [, , counter] = hostAll(systems, log) as [unknown, unknown, ActorRef<Counter>];
    expect(await simulation.clock.settle(counter.increment())).toBe(1);
    const counts: Promise<number>[] = [];
    const left = a.shutdown();
    for (let calls = 0; calls < 100; calls++) {
      counts.push(counter.increment());
      await simulation.clock.advance(5);
    }
    await simulation.clock.settle(left);
    const seen = await simulation.clock.settle(Promise.all(counts));
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => at + 2));
    expect(log.most).toBe(1);
    expect(log.lines).toHaveLength(3);
    expect(log.lines[2]).toMatch(new RegExp(`^${hostOf(b)} activates with \\d+$`));
    expect(c.cluster.explain().actors?.singletons[0]?.instanceOn).toBe(b.cluster.self.toString());
  });

  it("is made anew when its node crashes, once that is down", async () => {
    await using simulation = new Simulation();
    const systems = await simulation.form(3);
    const [a, b, c] = systems;
    const log = new Log();
    const [, , counter] = hostAll(systems, log) as [unknown, unknown, ActorRef<Counter>];
    await simulation.clock.settle(counter.increment());
    simulation.kill(a);
    const isDown = ({ cluster }: ClusterSystem) => cluster.membership.get(a.cluster.self.id)?.status !== "up";
    await simulation.clock.until(() => isDown(b) && isDown(c), 10_000, "that a is down");
    expect(await simulation.clock.settle(counter.increment())).toBe(1);
    expect(log.lines).toEqual([`${hostOf(a)} activates with 0`, `${hostOf(b)} activates with 0`]);
  });

  it("does not move while its node cannot be reached and is not down", async () => {
    await using simulation = new Simulation({
      configure: (settings) => {
        settings.downing = { name: "none", decide: () => ({ down: [] }) } as never;
      },
    });
    const systems = await simulation.form(3);
    const [a, b, c] = systems;
    const log = new Log();
    hostAll(systems, log);
    await simulation.clock.until(() => log.active.size === 1, 1_000, "that it is active");
    simulation.network.partition([hostOf(a)], [hostOf(b), hostOf(c)]);
    await simulation.clock.advance(60_000);
    expect(log.lines).toHaveLength(1);
    const { host } = b.cluster.explain().actors?.singletons[0] ?? {};
    expect(host).toMatchObject({ phase: "claiming", chosen: b.cluster.self.toString() });
    expect(host?.waitingFor).toEqual([a.cluster.self.toString()]);
    simulation.network.heal();
    await simulation.united(systems, 30_000);
    await simulation.clock.advance(5_000);
    expect(log.most).toBe(1);
    b.cluster.down(a.cluster.self);
    await simulation.clock.until(() => log.active.has(hostOf(b)), 20_000, "that it has moved");
  });

  it("is one again when two clusters meet that had one each", async () => {
    await using simulation = new Simulation();
    const one = await simulation.form(2);
    const other = await simulation.form(2);
    const log = new Log();
    const counters = hostAll([...one, ...other], log);
    await simulation.clock.until(() => log.active.size === 2, 1_000, "that each has one");
    await simulation.join([other[0]], one[0]);
    await simulation.united([...one, ...other], 20_000);
    await simulation.clock.advance(1_000);
    expect([...log.active]).toEqual([hostOf(one[0])]);
    const where = counters.map((counter) => counter.where());
    expect(new Set(await simulation.clock.settle(Promise.all(where)))).toEqual(new Set([hostOf(one[0])]));
  });

  it("moves to a new leader that joins with a lower address, and is never two", async () => {
    await using simulation = new Simulation();
    const [b, c] = await Promise.all([simulation.start({ host: "10.0.0.8" }), simulation.start({ host: "10.0.0.9" })]);
    await simulation.join([c], b);
    await simulation.united([b, c]);
    const log = new Log();
    const [counter] = hostAll([b, c], log) as [ActorRef<Counter>];
    expect(await simulation.clock.settle(counter.increment())).toBe(1);
    const a = await simulation.start({ host: "10.0.0.1" });
    a.singleton.host("counter", Counter, log);
    await simulation.join([a], b);
    await simulation.united([a, b, c]);
    await simulation.clock.until(() => log.active.has("10.0.0.1"), 5_000, "that it has moved");
    expect(await simulation.clock.settle(counter.increment())).toBe(2);
    expect(log.most).toBe(1);
  });

  it("stays where it is with the oldest hosting it", async () => {
    await using simulation = new Simulation();
    const b = await simulation.start({ host: "10.0.0.8" });
    const c = await simulation.start({ host: "10.0.0.9" });
    await simulation.join([c], b);
    await simulation.united([b, c]);
    const log = new Log();
    const spec = { actor: Counter, allocation: onOldest() };
    for (const { singleton } of [b, c]) singleton.host("counter", spec, log);
    await simulation.clock.until(() => log.active.size === 1, 1_000, "that it is active");
    const a = await simulation.start({ host: "10.0.0.1" });
    a.singleton.host("counter", spec, log);
    await simulation.join([a], b);
    await simulation.united([a, b, c]);
    await simulation.clock.advance(5_000);
    expect(log.lines).toHaveLength(1);
  });

  it("is made anew after a pause when it stops by itself", async () => {
    await using simulation = new Simulation();
    const [a] = await simulation.form(2);
    const log = new Log();
    const counter = a.singleton.host("counter", Counter, log);
    await simulation.clock.settle(counter.crash());
    expect(await simulation.clock.settle(counter.increment())).toBe(1);
    expect(log.lines).toHaveLength(3);
  });

  it("is not watched or stopped otherwise than any actor", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const log = new Log();
    hostAll([a, b], log);
    const counter = b.singleton.proxy("counter", Counter);
    await simulation.clock.settle(counter.increment());
    await expect(stopActor(b, counter)).rejects.toMatchObject({ code: "NOT_LOCAL" });
    const ended: string[] = [];
    b.watchTermination(counter, ({ reason }) => ended.push(reason));
    await simulation.clock.settle(counter.crash());
    await simulation.clock.advance(100);
    expect(ended).toEqual(["stopped"]);
  });
});

describe("a call to a singleton that is nowhere", () => {
  it("fails when its time is up, or it is aborted, or too many wait", async () => {
    await using simulation = new Simulation({
      configure: (settings) => {
        settings.singletons.bufferSize = 2;
        settings.actors.callTimeoutMs = 1_000;
      },
    });
    const [a] = await simulation.form(2);
    const counter = a.singleton.proxy("counter", Counter);
    const codeOf = (call: Promise<unknown>) => call.catch((error: { code: string }) => error.code);
    const calls = [codeOf(counter.increment()), codeOf(counter.increment()), codeOf(counter.increment())];
    expect(await simulation.clock.settle(Promise.all(calls))).toEqual(["TIMED_OUT", "TIMED_OUT", "MAILBOX_FULL"]);
    const late = codeOf(counter.increment());
    await simulation.clock.settle(a.shutdown());
    expect(await simulation.clock.settle(late)).toMatch(/SHUT_DOWN|TIMED_OUT/);
  });
});
