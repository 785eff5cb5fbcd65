import { type DiscoveryError, isDiscoveryError, type ServiceInstance } from "@rollcall/core";
import { VirtualClock } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { type ConsulDiscoveryOptions, consulDiscovery } from "../src/index.js";
import { answer, type ClientCall, entry, never, refusal, ScriptedClient } from "./support/scripted-client.js";

const SELF: ServiceInstance = { host: "10.0.0.7", port: 7001, id: "node-1", metadata: { zone: "b" } };

/** An agent in virtual time that does what it is asked, unless a test says otherwise. */
function open(more: Partial<ConsulDiscoveryOptions> = {}) {
  const clock = new VirtualClock();
  let registered: ClientCall | undefined;
  let index = 1;
  const waiting = new Set<() => void>();
  const change = (next: ClientCall | undefined) => {
    registered = next;
    index++;
    for (const wake of waiting) wake();
  };
  const unknown = () => {
    throw refusal(404, 'Unknown check ID "service:orders:node-1".');
  };
  const agent: Record<ClientCall["method"], (call: ClientCall) => unknown> = {
    async health({ options }) {
      if (options.index === String(index)) await new Promise<void>((resolve) => waiting.add(resolve));
      return answer(registered ? [entry(7001)] : [], index);
    },
    register: async (call) => change(call),
    deregister: async () => change(undefined),
    pass: async () => (registered ? answer(undefined) : unknown()),
    list: async () => answer(registered ? { "orders:node-1": {} } : {}),
  };
  const client = new ScriptedClient((call) => agent[call.method](call));
  const discovery = consulDiscovery({ service: "orders", client, clock, ...more });
  const reports: DiscoveryError[] = [];
  const report = (problem: DiscoveryError) => void reports.push(problem);
  return {
    ...{ clock, agent, client, discovery, reports },
    forget: () => change(undefined),
    isRegistered: () => registered !== undefined,
    methods: () => client.calls.map(({ method }) => method),
    async announce(self = SELF, signal?: AbortSignal) {
      const announcing = discovery.announce(self, { report, ...(signal && { signal }) });
      announcing.catch(() => {});
      await clock.advance(0);
      return announcing;
    },
    /** What it rejects with, after time has passed. */
    async refused(ms = 60_000, self = SELF): Promise<DiscoveryError> {
      const outcome = discovery.announce(self, { report }).then(
        () => undefined,
        (error) => error,
      );
      await clock.advance(ms);
      const error = await outcome;
      expect(isDiscoveryError(error)).toBe(true);
      return error;
    },
    async withdrawn(announcement: AsyncDisposable, ms = 10_000): Promise<unknown> {
      const outcome = announcement[Symbol.asyncDispose]().then(
        () => undefined,
        (error) => error,
      );
      await clock.advance(ms);
      return outcome;
    },
  };
}

it("registers with a check that passes from the beginning, and resolves when the servers list it", async () => {
  const { client, announce } = open({ tag: "blue" });
  expect((await announce()).instance).toEqual(SELF);
  const { ctx: _, timeout: __, ...options } = client.of("register")[0]?.options ?? {};
  expect(options).toEqual({
    name: "orders",
    id: "orders:node-1",
    address: "10.0.0.7",
    port: 7001,
    tags: ["blue"],
    meta: { zone: "b", "rollcall-id": "node-1" },
    check: {
      checkid: "service:orders:node-1",
      name: "Rollcall node node-1",
      status: "passing",
      ttl: "15000ms",
      deregistercriticalserviceafter: "60000ms",
    },
  });
  expect(client.of("health")[0]?.options).toMatchObject({ filter: 'Service.ID == "orders:node-1"' });
});

it("with a TCP check, the agent connects to the instance", async () => {
  const { client, announce } = open({ check: "tcp", checkIntervalMs: 7000, deregisterCriticalServiceAfterMs: 90_000 });
  await announce({ host: "fd00::7", port: 7001, id: "node-1" });
  expect(client.of("register")[0]?.options.check).toMatchObject({
    ...{ tcp: "[fd00::7]:7001", interval: "7000ms", timeout: "3000ms", status: "passing" },
    deregistercriticalserviceafter: "90000ms",
  });
});

it("with a TCP check, no heartbeats go out, and an agent that has forgotten the instance is noticed", async () => {
  const { clock, client, announce, forget, isRegistered } = open({ check: "tcp" });
  await announce();
  forget();
  await clock.advance(5000);
  expect(isRegistered()).toBe(true);
  expect(client.of("pass")).toHaveLength(0);
});

it.each(["0.0.0.0", "::"])("an instance on all addresses (%s) is at its node's, and says so", async (host) => {
  const { client, announce } = open();
  const { instance } = await announce({ ...SELF, host });
  expect(client.of("register")[0]?.options).not.toHaveProperty("address");
  expect(instance).toMatchObject({ host: "10.9.9.9", port: 7001 });
});

it("an instance without an id is registered by its host and port", async () => {
  const { client, announce } = open();
  await announce({ host: "10.0.0.7", port: 7001 });
  expect(client.of("register")[0]?.options).toMatchObject({ id: "orders:10.0.0.7:7001", meta: {} });
});

it("heartbeats go out at their interval", async () => {
  const { clock, client, announce } = open();
  await announce();
  await clock.advance(60_000);
  expect(client.of("pass").map(({ options }) => options.id)).toEqual(Array(12).fill("service:orders:node-1"));
  expect(client.of("register")).toHaveLength(1);
});

it("an agent that has forgotten the instance gets it again with the next heartbeat", async () => {
  const { clock, client, announce, forget, isRegistered, reports } = open();
  await announce();
  forget();
  await clock.advance(5000);
  expect(isRegistered()).toBe(true);
  expect(client.of("register")).toHaveLength(2);
  expect(reports).toEqual([]);
});

it("a heartbeat that fails is reported once, tried again, and reported again after a success", async () => {
  const { clock, agent, announce, reports } = open();
  await announce();
  const { pass } = agent;
  const fail = async () => {
    throw refusal(500, "No cluster leader");
  };
  agent.pass = fail;
  await clock.advance(30_000);
  expect(reports.map(({ code }) => code)).toEqual(["UNAVAILABLE"]);
  agent.pass = pass;
  await clock.advance(5000);
  agent.pass = fail;
  await clock.advance(5000);
  expect(reports).toHaveLength(2);
});

it("a heartbeat that gets no answer is given up, and the next goes out", async () => {
  const { clock, agent, client, announce, reports } = open();
  await announce();
  agent.pass = never;
  await clock.advance(20_000);
  expect(reports.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
  expect(client.of("pass").length).toBeGreaterThanOrEqual(2);
  expect(client.cancelled.length).toBeGreaterThanOrEqual(1);
});

it("another token registers again, because the agent speaks to the servers with that of the registration", async () => {
  let token = "first";
  const { clock, client, announce } = open({ token: () => token });
  await announce();
  await clock.advance(10_000);
  token = "second";
  await clock.advance(10_000);
  expect(client.of("register").map(({ options }) => options.token)).toEqual(["first", "second"]);
});

it("withdrawing deregisters, waits until the servers have forgotten it, and leaves nothing", async () => {
  const { clock, announce, withdrawn, isRegistered, client } = open();
  const announcement = await announce();
  expect(await withdrawn(announcement)).toBeUndefined();
  expect(isRegistered()).toBe(false);
  expect(client.calls.at(-1)?.method).toBe("health");
  expect(clock.pending).toBe(0);
  const calls = client.calls.length;
  await clock.advance(60_000);
  expect(client.calls).toHaveLength(calls);
});

it("what the agent does not know when it is withdrawn, is withdrawn", async () => {
  const { agent, announce, withdrawn, forget } = open();
  const announcement = await announce();
  forget();
  agent.deregister = async () => {
    throw refusal(
      404,
      'Unknown service ID "orders:node-1". Ensure that the service ID is passed, not the service name.',
    );
  };
  expect(await withdrawn(announcement)).toBeUndefined();
});

it("a heartbeat answered after the withdrawal began brings nothing back", async () => {
  const { clock, agent, client, announce, withdrawn, isRegistered } = open();
  const announcement = await announce();
  let reply: (() => void) | undefined;
  agent.pass = () =>
    new Promise((_, reject) => {
      reply = () => reject(refusal(404, 'Unknown check ID "service:orders:node-1".'));
    });
  await clock.advance(5000);
  const outcome = withdrawn(announcement, 100);
  reply?.();
  expect(await outcome).toBeUndefined();
  await clock.advance(60_000);
  expect(client.of("register")).toHaveLength(1);
  expect(isRegistered()).toBe(false);
});

it("a registration under way when it is withdrawn is waited for, and then taken out", async () => {
  const { clock, agent, client, announce, withdrawn, forget, isRegistered, methods } = open();
  const announcement = await announce();
  const { register } = agent;
  agent.register = async (call) => {
    await new Promise<void>((resolve) => void clock.schedule(1000, resolve));
    return register(call);
  };
  forget();
  await clock.advance(5000); // the heartbeat finds that it is forgotten, and the registration sets out
  expect(await withdrawn(announcement)).toBeUndefined();
  expect(methods().slice(-3)).toEqual(["register", "deregister", "health"]);
  expect(client.cancelled.map(({ method }) => method)).not.toContain("register");
  await clock.advance(60_000);
  expect(isRegistered()).toBe(false);
});

it("withdrawing from an agent that does not answer fails in time, says what happens then, and leaves nothing", async () => {
  const { clock, agent, announce, withdrawn, reports } = open();
  const announcement = await announce();
  agent.deregister = never;
  expect(await withdrawn(announcement)).toMatchObject({ code: "TIMED_OUT" });
  expect(reports.map(({ code }) => code)).toEqual(["TIMED_OUT"]);
  expect(clock.pending).toBe(0);
});

it("an announcement that is refused rejects", async () => {
  const { agent, refused, isRegistered, clock } = open();
  agent.register = async () => {
    throw refusal(403, `Permission denied: token with AccessorID '1' lacks permission 'service:write' on "orders"`);
  };
  const error = await refused();
  expect(error).toMatchObject({ code: "FORBIDDEN" });
  expect(error.message).toContain('service:write on "orders"');
  expect(isRegistered()).toBe(false);
  expect(clock.pending).toBe(0);
});

it("an announcement that is not answered rejects, and is taken out in case it came through", async () => {
  const { agent, refused, isRegistered, clock, methods } = open();
  const { register } = agent;
  agent.register = async (call) => {
    await register(call);
    return never();
  };
  expect(await refused()).toMatchObject({ code: "TIMED_OUT", retryable: true });
  expect(methods()).toContain("deregister");
  expect(isRegistered()).toBe(false);
  expect(clock.pending).toBe(0);
});

it("an announcement that the servers never hear of rejects, and is taken out", async () => {
  const { agent, refused, isRegistered, clock } = open();
  agent.health = async () => answer([], 1);
  const error = await refused();
  expect(error).toMatchObject({ code: "TIMED_OUT" });
  expect(isRegistered()).toBe(false);
  expect(clock.pending).toBe(0);
});

it("who may register and may not look is announced all the same", async () => {
  const { agent, announce } = open();
  agent.health = async () => answer([], 1, { "x-consul-results-filtered-by-acls": "true" });
  await expect(announce()).resolves.toMatchObject({ instance: SELF });
});

it("aborting while it registers takes it out once it is in", async () => {
  const { clock, agent, announce, isRegistered, methods } = open();
  const { register } = agent;
  agent.register = async (call) => {
    await new Promise<void>((resolve) => void clock.schedule(1000, resolve));
    return register(call);
  };
  const abort = new AbortController();
  const announcing = announce(SELF, abort.signal);
  await clock.advance(1);
  abort.abort(new Error("enough"));
  await expect(announcing).rejects.toThrow("enough");
  await clock.advance(10_000);
  expect(methods()).toContain("deregister");
  expect(isRegistered()).toBe(false);
  expect(clock.pending).toBe(0);
});

it.each([
  ["a key that Consul does not take", { "a.b": "c" }, "a.b"],
  ["a key that is too long", { ["k".repeat(129)]: "c" }, "letters"],
  ["a value that is too long", { zone: "v".repeat(513) }, "zone"],
  ["the key of the id", { "rollcall-id": "x" }, "rollcall-id"],
  ["too many keys", Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, ""])), "64"],
])("metadata with %s is refused before anything is asked", async (_, metadata, said) => {
  const { refused, client } = open();
  const error = await refused(1, { ...SELF, metadata });
  expect(error).toMatchObject({ code: "INVALID_OPTION" });
  expect(error.message).toContain(said);
  expect(client.calls).toHaveLength(0);
});
