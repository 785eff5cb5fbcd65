import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { ClusterSystem } from "@rollcall/cluster";
import { defineDiscovery, inMemoryDiscovery, type ServiceDiscovery } from "@rollcall/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/ports.ts";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, IN_TIME, startCluster, startNode, startNodeThatKnows } from "./support/node.ts";

const startWith = (discovery: ServiceDiscovery) =>
  startNode((settings) => {
    settings.discovery = discovery;
    settings.announce = false;
  });

const explained = ({ cluster }: ClusterSystem, address: string) =>
  cluster.explain().join.endpoints.find(({ endpoint }) => endpoint === address);

/** Somebody who accepts connections and says nothing. */
async function startSilentServer(): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("a node joins the right ones among dead hosts, strangers and itself, and explains each of them", async () => {
  const [member] = (await startCluster(2)) as [ClusterSystem];
  const foreign = await ClusterSystem.start("payments", ({ node }) => {
    node.port = 0;
  });
  onTestFinished(() => foreign.shutdown());
  const dead = `127.0.0.1:${await freePort()}`;
  const silent = await startSilentServer();
  const port = await freePort();
  const [self, selfByName] = [`127.0.0.1:${port}`, `localhost:${port}`];
  const node = await startNode((settings) => {
    settings.node.port = port;
    settings.association.handshakeTimeoutMs = 200;
    settings.discovery = inMemoryDiscovery([
      dead,
      silent,
      foreign.cluster.self.address,
      self,
      selfByName,
      member.cluster.self.address,
    ]);
    settings.announce = false;
  });

  await node.cluster.waitFor({ atLeast: 3, ...IN_TIME });

  const eventuallyAt = (address: string) => eventually(() => explained(node, address));
  await eventuallyAt(dead).toMatchObject({ lastCode: "CONNECT_FAILED", lastAnswered: false });
  await eventuallyAt(dead).toMatchObject({ lastReason: expect.stringContaining("ECONNREFUSED") });
  await eventuallyAt(silent).toMatchObject({ lastCode: "HANDSHAKE_TIMED_OUT", lastAnswered: false });
  await eventuallyAt(foreign.cluster.self.address).toMatchObject({ lastCode: "WRONG_SYSTEM", lastAnswered: true });
  await eventuallyAt(self).toMatchObject({ state: "self" });
  await eventuallyAt(selfByName).toMatchObject({ state: "self" });
  await eventuallyAt(member.cluster.self.address).toMatchObject({ state: "joined", nodeId: member.cluster.self.id });
  expect(node.cluster.membership.size).toBe(3);
  expect(foreign.cluster.membership.size).toBe(1);
  expect(foreign.cluster.explain().rejections).toHaveProperty("WRONG_SYSTEM");
});

it("a node that finds nobody says whom it tried, and why that failed", async () => {
  const dead = `127.0.0.1:${await freePort()}`;
  const node = await startNodeThatKnows([dead]);

  const joined = node.cluster.joined({ withinMs: 300 });

  await expect(joined).rejects.toMatchObject({ code: "WAIT_TIMED_OUT" });
  await expect(joined).rejects.toThrow(`${node.cluster.self.address} joining`);
  const { situation, join } = node.cluster.explain();
  expect(situation.code).toBe("NOBODY_FOUND");
  expect(join.situation.code).toBe("UNREACHABLE");
  expect(join.situation.message).toContain(dead);
  expect(join.endpoints).toMatchObject([{ endpoint: dead, lastCode: "CONNECT_FAILED" }]);
});

it("a node joins a host that was dead when it was listed, once somebody listens there", async () => {
  const port = await freePort();
  const node = await startNodeThatKnows([`127.0.0.1:${port}`]);
  await eventually(() => explained(node, `127.0.0.1:${port}`)?.attempts).toBeGreaterThan(1);

  const late = await startNode((settings) => {
    settings.node.port = port;
  });

  await everybodyUp([node, late]);
});

describe("a node joins although its discovery", () => {
  it("throws at first", async () => {
    const member = await startNode();
    let asked = 0;
    const node = await startWith(
      defineDiscovery({
        name: "moody",
        async lookup() {
          if (++asked <= 2) throw new Error("not yet");
          return [member.cluster.self.address];
        },
        pollMs: 60_000,
      }),
    );
    await eventually(() => node.cluster.explain().join).toMatchObject({
      situation: { code: "DISCOVERY_FAILING", message: expect.stringContaining("not yet") },
      discovery: { name: "moody", state: "retrying", lastError: { code: "UNAVAILABLE" } },
    });

    await everybodyUp([member, node]);
    expect(node.cluster.explain().join).toMatchObject({ situation: { code: "JOINED" }, discovery: { state: "live" } });
  });

  it("lists garbage as well", async () => {
    const member = await startNode();
    const garbage = [null, 7, "not an endpoint", { host: "two words", port: 1 }, { host: "127.0.0.1", port: 0 }];
    const node = await startWith(
      defineDiscovery({
        name: "careless",
        lookup: async () => [...garbage, member.cluster.self.address] as string[],
      }),
    );

    await everybodyUp([member, node]);
    expect(node.cluster.explain().join).toMatchObject({
      discovery: { listed: 1, problems: garbage.length, lastProblem: { code: "MALFORMED_RECORD" } },
    });
  });

  it("was written by hand, lists what it should not, and ends by itself", async () => {
    const member = await startNode();
    let sessions = 0;
    const node = await startWith({
      name: "home-made",
      lookup: async () => [],
      async *subscribe() {
        sessions++;
        yield [
          { host: "", port: -1 },
          { host: member.cluster.self.host, port: member.cluster.self.port },
        ];
      },
    });

    await everybodyUp([member, node]);
    await eventually(() => sessions).toBeGreaterThan(1);
    expect(node.cluster.membership.size).toBe(2);
  });

  it("goes away for good afterwards: nobody is removed", async () => {
    const [member] = (await startCluster(2)) as [ClusterSystem];
    const discovery = inMemoryDiscovery([member.cluster.self.address]);
    const node = await startWith(discovery);
    await node.cluster.waitFor({ atLeast: 3, ...IN_TIME });

    discovery.set([]);
    discovery.fail();
    discovery.fail();

    await eventually(() => node.cluster.explain().join.endpoints).toEqual([]);
    const newcomer = await startNodeThatKnows([node.cluster.self.address]);
    for (const { cluster } of [newcomer, node]) await cluster.waitFor({ atLeast: 4, ...IN_TIME });
    expect(node.cluster.membership.size).toBe(4);
  });
});

it("an HTTP server that is listed by mistake is tried, explained and harmless", async () => {
  const server = createHttpServer((_, response) => response.end()).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const [first] = await startCluster(2);
  const node = await startNodeThatKnows([`127.0.0.1:${port}`, first?.cluster.self.address ?? ""]);

  await node.cluster.joined({ withinMs: 60_000 });
  await eventually(() =>
    node.cluster.explain().join.endpoints.find(({ endpoint }) => endpoint.endsWith(`:${port}`)),
  ).toMatchObject({ lastCode: "HANDSHAKE_FAILED", lastAnswered: false });
});
