import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { consulDiscovery } from "@rollcall/consul";
import Consul from "consul";
import { describe, it } from "vitest";
import type { OnTestFinished } from "../failure/support/member.ts";
import { type ConsulOptions, ConsulServer } from "../servers/consul.ts";
import type { Program } from "../servers/find-program.ts";
import { Authority } from "../support/certificates.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { http1Requests } from "../support/request-counters.ts";
import { ConsulClient } from "./consul-client.ts";
import { consul } from "./program.ts";
import { RULES } from "./registry.ts";

const SERVICE = "orders";
/** However long a busy agent takes to answer. */
const PATIENT = { timeoutMs: IN_TIME_MS } as const;
const instance = (number: number) => ({ host: "10.77.0.1", port: 7000 + number, id: `node-${number}` });

describe.skipIf(!consul)("a session with Consul", { concurrent: true }, () => {
  async function begin(onTestFinished: OnTestFinished, options: ConsulOptions = {}) {
    const server = await ConsulServer.start(consul as Program, options);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const { managementToken: token } = options;
    const client = new ConsulClient(server.url, token === undefined ? {} : { token });
    const proxy = await FaultyProxy.start(server.port, onTestFinished, { counter: http1Requests });
    return { server, client, proxy, url: `http://127.0.0.1:${proxy.port}` };
  }

  it("asks for nothing at rest, but again when a wait is over, and heartbeats", async ({ onTestFinished, expect }) => {
    const { proxy, url } = await begin(onTestFinished);
    const [WAIT_MS, BEAT_MS, REST_MS] = [2_000, 1_000, 10_000];
    await using discovery = consulDiscovery({
      service: SERVICE,
      ...PATIENT,
      url,
      waitMs: WAIT_MS,
      checkIntervalMs: BEAT_MS,
    });
    const listings = discovery.subscribe()[Symbol.asyncIterator]();
    await listings.next();
    await discovery.announce(instance(1));
    await listings.next();
    const [requests, accepted] = [proxy.requests, proxy.accepted];
    const startedAt = performance.now();
    const rest = new Promise((resolve) => setTimeout(resolve, REST_MS, "rested"));
    expect(await Promise.race([listings.next(), rest])).toBe("rested");
    const restedMs = performance.now() - startedAt;
    const expected = restedMs / WAIT_MS + restedMs / BEAT_MS;
    expect(proxy.requests - requests).toBeGreaterThan(expected / 2);
    expect(proxy.requests - requests).toBeLessThanOrEqual(expected + 2);
    expect(proxy.accepted).toBe(accepted);
  });

  it("puts a node back that a restarted agent has forgotten", async ({ onTestFinished, expect }) => {
    const { server, client, url } = await begin(onTestFinished);
    await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, url, checkIntervalMs: 100 });
    const problems: string[] = [];
    await discovery.announce(instance(1), { report: ({ code }) => problems.push(code) });
    await server.process.kill();
    await expect.poll(() => problems).toContain("UNAVAILABLE");
    await server.process.start(); // without what it knew, as it runs in development mode
    await expect.poll(() => client.ids(SERVICE)).toEqual(["node-1"]);
  });

  it("lists by tag, filter and state, as asked", async ({ onTestFinished, expect }) => {
    const { client, url } = await begin(onTestFinished);
    for (const [number, tag, status] of [
      [1, "blue", "passing"],
      [2, "green", "passing"],
      [3, "blue", "critical"],
    ] as const) {
      const { id, host, port } = instance(number);
      const check = { TTL: "1h", Status: status };
      const body = { Name: SERVICE, ID: id, Address: host, Port: port, Tags: [tag, "all"], Check: check };
      await client.ask("PUT", "agent/service/register", { ...body, Meta: { "rollcall-id": id } });
    }
    await expect.poll(async () => (await client.ids(SERVICE)).length).toBe(2);
    const ids = async (options: object) => {
      await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, url, ...options });
      return (await discovery.lookup()).map(({ id }) => id).sort();
    };
    expect(await ids({})).toEqual(["node-1", "node-2"]);
    expect(await ids({ passingOnly: false })).toEqual(["node-1", "node-2", "node-3"]);
    expect(await ids({ tag: ["blue", "all"] })).toEqual(["node-1"]);
    expect(await ids({ filter: "Service.Port == 7002" })).toEqual(["node-2"]);
    expect(await ids({ consistency: "consistent", datacenter: "dc1" })).toEqual(["node-1", "node-2"]);
    expect(await ids({ consistency: "stale", near: "_agent" })).toEqual(["node-1", "node-2"]);
  });

  it.for([
    ["datacenter", { datacenter: "nowhere" }, "option datacenter"],
    ["filter", { filter: "Service.Port ==" }, "option filter"],
    ["namespace", { namespace: "team-a" }, "Enterprise"],
    ["partition", { partition: "team-a" }, "Enterprise"],
  ] as const)("names a %s that makes no sense to it", async ([, options, said], { onTestFinished, expect }) => {
    const { url } = await begin(onTestFinished);
    await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, url, ...options });
    await expect(discovery.lookup()).rejects.toMatchObject({
      code: "MISCONFIGURED",
      message: expect.stringContaining(said),
    });
  });

  it("lists a node on all addresses at its agent's, with the check that was asked for", async ({
    onTestFinished,
    expect,
  }) => {
    const { client, url } = await begin(onTestFinished);
    await using discovery = consulDiscovery({
      service: SERVICE,
      ...PATIENT,
      url,
      deregisterCriticalServiceAfterMs: 90_000,
    });
    const { instance: told } = await discovery.announce({ host: "0.0.0.0", port: 7001, id: "node-1" });
    expect(told.host).toBe("127.0.0.1");
    expect(await discovery.lookup()).toEqual([told]);
    const checks = (await client.ask("GET", "agent/checks")) as Record<string, object>;
    expect(checks[`service:${SERVICE}:node-1`]).toMatchObject({ Status: "passing", Type: "ttl" });
  });

  it("finds a node whose port cannot be reached by a TCP check", async ({ onTestFinished, expect }) => {
    const { client, proxy, url } = await begin(onTestFinished);
    await using discovery = consulDiscovery({
      service: SERVICE,
      ...PATIENT,
      url,
      check: "tcp",
      checkIntervalMs: 1_000,
    });
    await using healthy = await discovery.announce({ host: "127.0.0.1", port: proxy.port, id: "healthy" });
    const listings: string[][] = [];
    const abort = new AbortController();
    const following = (async () => {
      for await (const listing of discovery.subscribe({ signal: abort.signal })) {
        listings.push(listing.map(({ id }) => String(id)).sort());
      }
    })();
    await discovery.announce({ host: "127.0.0.1", port: 1, id: "unreachable" });
    // It is listed until its first check, which Consul makes at a time of its own choice.
    const check = async () => {
      const checks = (await client.ask("GET", "agent/checks")) as Record<string, object>;
      return checks[`service:${SERVICE}:unreachable`];
    };
    await expect.poll(check).toMatchObject({ Type: "tcp", Status: "critical" });
    await expect.poll(() => listings.at(-1)).toEqual(["healthy"]);
    abort.abort();
    await following;
    expect(healthy.instance.id).toBe("healthy");
  });

  it("works with a token for the service alone, and with the client of somebody else", async ({
    onTestFinished,
    expect,
  }) => {
    const { server, client } = await begin(onTestFinished, { managementToken: randomUUID() });
    const token = randomUUID();
    await client.createToken(token, RULES);
    const theirs = new Consul({ host: "127.0.0.1", port: server.port, defaults: { token } });
    onTestFinished(() => theirs.destroy());
    await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, client: theirs });
    expect(await discovery.lookup()).toEqual([]);
    await using announcement = await discovery.announce(instance(1));
    expect(await discovery.lookup()).toEqual([announcement.instance]);
  });

  it("who may not see the nodes is told so, and not that nobody is there", async ({ onTestFinished, expect }) => {
    const { client, url } = await begin(onTestFinished, { managementToken: randomUUID() });
    const token = randomUUID();
    await client.createToken(token, 'service "orders" { policy = "read" }');
    await client.put(SERVICE, [instance(1)]);
    await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, url, token });
    await expect(discovery.lookup()).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("node:read"),
    });
  });

  it("shows a certificate to an agent that asks for one", async ({ onTestFinished, expect }) => {
    const authority = await Authority.create(onTestFinished);
    const [{ certificateFile, keyFile }, ours] = [await authority.issue("server"), await authority.issue("client")];
    const files = { ca: authority.certificateFile, certificate: certificateFile, key: keyFile, mutual: true };
    const server = await ConsulServer.start(consul as Program, { tls: files });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const shared = { service: SERVICE, ...PATIENT, url: server.url };
    const ca = authority.certificate;

    await using without = consulDiscovery({ ...shared, tls: { ca } });
    await expect(without.lookup()).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: expect.stringContaining("tls.cert"),
    });
    await using named = consulDiscovery({ ...shared, tls: { ca, servername: "server.dc1.consul" } });
    await expect(named.lookup()).rejects.toMatchObject({
      code: "MISCONFIGURED",
      message: expect.stringContaining("tls.servername"),
    });
    await using plain = consulDiscovery({ ...shared, url: server.url.replace("https", "http") });
    await expect(plain.lookup()).rejects.toMatchObject({ code: "MISCONFIGURED" });
    await using discovery = consulDiscovery({ ...shared, tls: { ca, cert: ours.certificate, key: ours.key } });
    await using announcement = await discovery.announce(instance(1));
    expect(await discovery.lookup()).toEqual([announcement.instance]);
  });

  it("takes certificates up that are replaced, with the next connection", async ({ onTestFinished, expect }) => {
    const authority = await Authority.create(onTestFinished);
    const [{ certificateFile, keyFile }, ours] = [await authority.issue("server"), await authority.issue("client")];
    const files = { ca: authority.certificateFile, certificate: certificateFile, key: keyFile, mutual: true };
    const server = await ConsulServer.start(consul as Program, { tls: files });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const theirs = await (await Authority.create(onTestFinished)).issue("client");
    const ca = authority.certificate;
    let current = theirs;
    const tls = async () => ({ ca, cert: current.certificate, key: current.key });
    await using discovery = consulDiscovery({ service: SERVICE, ...PATIENT, url: server.url, tls });
    await expect(discovery.lookup()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    current = ours;
    await using announcement = await discovery.announce(instance(1));
    expect(await discovery.lookup()).toEqual([announcement.instance]);
    const missing = async () => ({ ca: await readFile("/nowhere/ca.pem") });
    await using broken = consulDiscovery({ service: SERVICE, ...PATIENT, url: server.url, tls: missing });
    await expect(broken.lookup()).rejects.toThrow(/nowhere\/ca\.pem/);
  });
});
