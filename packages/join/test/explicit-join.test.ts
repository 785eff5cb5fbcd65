import { describe, expect, it } from "vitest";
import { isJoinError, JOIN_DEFAULTS } from "../src/index.js";
import { A, B, C, D, SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

const endpointOf = (text: string) => ({ host: text.split(":")[0] as string, port: Number(text.split(":")[1]) });

/** Watches a promise without letting it become an unhandled rejection. */
function watch<T>(promise: Promise<T>): { readonly value: T | undefined; readonly error: unknown } {
  const seen: { value: T | undefined; error: unknown } = { value: undefined, error: undefined };
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error) => {
      seen.error = error;
    },
  );
  return seen;
}

describe("an explicit request to join", () => {
  it("works without any discovery", async () => {
    const world = new SchedulerWorld({ discovery: undefined });
    world.scheduler.start();
    const joined = world.scheduler.join(endpointOf(A));
    await world.accept(A, "node-a");
    expect(await joined).toEqual({ kind: "joined", nodeId: "node-a" });
    expect(world.scheduler.explain().discovery).toBeUndefined();
  });

  it("made before start is acted on at start", async () => {
    const world = new SchedulerWorld();
    const joined = world.scheduler.join(endpointOf(A));
    await settle();
    expect(world.joiner.tried).toEqual([]);
    await world.start();
    await world.accept(A, "node-a");
    expect(await joined).toEqual({ kind: "joined", nodeId: "node-a" });
  });

  it("is retried with backoff until the target begins to listen", async () => {
    const world = await new SchedulerWorld().start();
    const joined = world.scheduler.join(endpointOf(A));
    await world.refuse(A);
    await world.clock.advance(60);
    await world.refuse(A);
    await world.clock.advance(90);
    await world.accept(A, "node-a");
    expect(await joined).toEqual({ kind: "joined", nodeId: "node-a" });
  });

  it("gives up after maxAttempts and says so", async () => {
    const world = await new SchedulerWorld().start();
    world.refuseAll();
    const request = watch(world.scheduler.join(endpointOf(A), { maxAttempts: 3 }));
    await world.clock.advance(60_000);
    expect(world.joiner.attempts).toHaveLength(3);
    expect(isJoinError(request.error)).toBe(true);
    expect(request.error).toMatchObject({ code: "GAVE_UP", endpoint: A, attempts: 3, lastCode: "ECONNREFUSED" });
    expect((request.error as Error).message).toContain(A);
    expect(world.scheduler.explain().endpoints).toEqual([]);
  });

  it("that gave up leaves a listed endpoint to be tried further", async () => {
    const world = new SchedulerWorld();
    world.refuseAll();
    await world.start(A);
    const request = watch(world.scheduler.join(endpointOf(A), { maxAttempts: 1 }));
    await world.clock.advance(10_000);
    expect(request.error).toMatchObject({ code: "GAVE_UP" });
    expect(world.joiner.attempts.length).toBeGreaterThan(5);
    expect(world.explain(A)).toMatchObject({ listed: true, requested: false });
  });

  it("for a member is answered at once, without an attempt", async () => {
    const world = await new SchedulerWorld().start();
    world.membership.add("node-a", A);
    expect(await world.scheduler.join(endpointOf(A))).toEqual({ kind: "joined", nodeId: "node-a" });
    expect(world.joiner.tried).toEqual([]);
  });

  it("for oneself is answered with self", async () => {
    const world = await new SchedulerWorld().start();
    const asked = world.scheduler.join(endpointOf(A));
    world.joiner.attemptOn(A).answer({ kind: "self" });
    expect(await asked).toEqual({ kind: "self" });
  });

  it("is fulfilled when the peer joins us meanwhile", async () => {
    const world = await new SchedulerWorld().start();
    world.refuseAll();
    const joined = watch(world.scheduler.join(endpointOf(A)));
    await settle();
    world.membership.add("node-a", A);
    await world.clock.advance(JOIN_DEFAULTS.coalesceMs);
    expect(joined.value).toEqual({ kind: "joined", nodeId: "node-a" });
  });

  it("shares the attempt that the listing already started", async () => {
    const world = await new SchedulerWorld().start(A);
    const first = world.scheduler.join(endpointOf(A));
    const second = world.scheduler.join(endpointOf(A));
    await settle();
    expect(world.joiner.tried).toEqual([A]);
    await world.accept(A, "node-a");
    expect(await Promise.all([first, second])).toEqual(Array(2).fill({ kind: "joined", nodeId: "node-a" }));
  });

  it("goes before what is only listed, in the order of asking", async () => {
    const world = await new SchedulerWorld({ maxConcurrentJoins: 1 }).start(A, B, C);
    const first = world.joiner.tried[0] as string;
    const [second, third] = [C, B, A].filter((endpoint) => endpoint !== first) as [string, string];
    for (const asked of [D, second, third]) watch(world.scheduler.join(endpointOf(asked)));
    for (const next of [first, D, second, third]) await world.reject(next, "WRONG_SYSTEM");
    expect(world.joiner.tried).toEqual([first, D, second, third]);
  });

  it("does not wait out the backoff of a listed endpoint, nor the head start of a newcomer", async () => {
    const world = await new SchedulerWorld({ random: () => 0 }).start(A);
    await world.accept(A);
    await world.list(A, B);
    await world.clock.advance(2000);
    await world.reject(B, "WRONG_SYSTEM");
    await world.list(A, B, C);
    expect(world.joiner.tried).toEqual([A, B]);
    watch(world.scheduler.join(endpointOf(B)));
    watch(world.scheduler.join(endpointOf(C)));
    await settle();
    expect(world.joiner.tried).toEqual([A, B, B, C]);
  });

  it("rejects with the signal's reason and aborts its attempt", async () => {
    const world = await new SchedulerWorld().start();
    const controller = new AbortController();
    const request = watch(world.scheduler.join(endpointOf(A), { signal: controller.signal }));
    const attempt = world.joiner.attemptOn(A);
    const reason = new Error("changed my mind");
    controller.abort(reason);
    await settle();
    expect(request.error).toBe(reason);
    expect(attempt.signal.aborted).toBe(true);
    await world.clock.advance(60_000);
    expect(world.joiner.tried).toEqual([A]);
    expect(world.scheduler.explain()).toMatchObject({ endpoints: [], attemptsUnderWay: 0 });
  });

  it("that is withdrawn leaves the attempt to whoever else wants it", async () => {
    const world = await new SchedulerWorld().start(A);
    const controller = new AbortController();
    watch(world.scheduler.join(endpointOf(A), { signal: controller.signal }));
    controller.abort();
    await settle();
    expect(world.joiner.attempts.map(({ signal }) => signal.aborted)).toEqual([false]);
  });

  it("that is withdrawn does not count as failed for a listing that comes before the attempt has ended", async () => {
    const world = await new SchedulerWorld().start();
    const controller = new AbortController();
    let giveUp: (reason: unknown) => void = () => {};
    world.joiner.join = () =>
      new Promise((_, reject) => {
        giveUp = reject;
      });
    watch(world.scheduler.join(endpointOf(A), { signal: controller.signal }));
    controller.abort();
    await world.list(A);
    expect(world.stateOf(A)).toBe("attempting");
    Reflect.deleteProperty(world.joiner, "join");
    giveUp(controller.signal.reason);
    await settle();
    expect(world.explain(A)).toMatchObject({ state: "attempting" });
    expect(world.explain(A)).not.toHaveProperty("lastCode");
    expect(world.joiner.tried).toEqual([A]);
  });

  it("can be withdrawn by the joiner while attempts are being started, and its own is aborted", async () => {
    const world = await new SchedulerWorld({ random: () => 0.5 }).start();
    const controller = new AbortController();
    watch(world.scheduler.join(endpointOf(A)));
    watch(world.scheduler.join(endpointOf(B), { signal: controller.signal }));
    await world.refuse(A);
    await world.refuse(B);
    // Both are due in the same moment.
    world.joiner.behaviour = (endpoint) => endpoint === A && controller.abort();
    await world.clock.advance(50);
    expect(world.joiner.tried).toEqual([A, B, A, B]);
    expect(world.joiner.attempts[3]?.signal.aborted).toBe(true);
  });

  it("with an aborted signal makes no attempt", async () => {
    const world = await new SchedulerWorld().start();
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(world.scheduler.join(endpointOf(A), { signal })).rejects.toThrow("too late");
    expect(world.joiner.tried).toEqual([]);
  });

  it("leaves no listener on the signal", async () => {
    const world = await new SchedulerWorld().start();
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    const joined = world.scheduler.join(endpointOf(A), { signal });
    expect(listeners).toBe(1);
    await world.accept(A);
    await joined;
    expect(listeners).toBe(0);
  });

  it("rejects with STOPPED when the scheduler stops, and afterwards", async () => {
    const world = await new SchedulerWorld().start();
    const request = watch(world.scheduler.join(endpointOf(A)));
    await world.scheduler.stop();
    expect(request.error).toMatchObject({ code: "STOPPED", endpoint: A });
    await expect(world.scheduler.join(endpointOf(B))).rejects.toMatchObject({ code: "STOPPED" });
  });

  it("is refused when maxEndpoints are tracked", async () => {
    const world = await new SchedulerWorld({ maxEndpoints: 2 }).start(A, B);
    await expect(world.scheduler.join(endpointOf(C))).rejects.toMatchObject({ code: "TOO_MANY_ENDPOINTS" });
  });

  it.each([
    [{ host: "", port: 1 }, {}, "INVALID_ENDPOINT"],
    [{ host: "a b", port: 1 }, {}, "INVALID_ENDPOINT"],
    [{ host: "a", port: 0 }, {}, "INVALID_ENDPOINT"],
    [undefined as never, {}, "INVALID_ENDPOINT"],
    [endpointOf(A), { maxAttempts: 0 }, "INVALID_OPTION"],
    [endpointOf(A), { maxAttempts: 1.5 }, "INVALID_OPTION"],
  ])("for %j with %j is refused with %s", async (endpoint, options, code) => {
    const world = await new SchedulerWorld().start();
    await expect(world.scheduler.join(endpoint, options)).rejects.toMatchObject({ code });
    expect(world.joiner.tried).toEqual([]);
  });
});
