import { createServer } from "node:net";
import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it, onTestFinished } from "vitest";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { freePort } from "../support/ports.ts";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";

/** Whether this machine has IPv6 on its loopback interface; containers often have not. */
const hasIPv6 = await new Promise<boolean>((resolve) => {
  const server = createServer()
    .once("error", () => resolve(false))
    .listen(0, "::1", () => server.close(() => resolve(true)));
});

/** What a newcomer that knows a node by some address makes of it. */
async function joinVia(node: ClusterSystem, host: string): Promise<ClusterSystem> {
  const newcomer = await startNodeThatKnows([`${host}:${node.cluster.self.port}`]);
  await everybodyUp([node, newcomer]);
  return newcomer;
}

const endpoints = ({ cluster }: ClusterSystem) =>
  cluster.explain().join.endpoints.map(({ endpoint, state, attempts }) => ({ endpoint, state, attempts }));

describe("nodes join each other", () => {
  it.runIf(hasIPv6)("over IPv6", async () => {
    const on6 = ({ node }: ClusterSettings) => {
      node.host = "::1";
    };
    const first = await startNode(on6);
    expect(first.cluster.self.address).toBe(`[::1]:${first.cluster.self.port}`);
    const second = await startNodeThatKnows([first.cluster.self.address], on6);

    await everybodyUp([first, second]);
  });

  it.runIf(hasIPv6)("from IPv4 to IPv6 and back, where the one listens on both", async () => {
    const dual = await startNode((settings) => {
      settings.node.host = "::1";
      settings.node.bindHost = "::";
      settings.insecure = true;
    });

    await joinVia(dual, "127.0.0.1");
  });

  it("where one listens on every address and advertises one of them", async () => {
    const wide = await startNode((settings) => {
      settings.node.bindHost = "0.0.0.0";
      settings.insecure = true;
    });

    await joinVia(wide, "127.0.0.1");
  });

  it("on ports that the operating system chose, each its own", async () => {
    const first = await startNode();
    const second = await joinVia(first, "127.0.0.1");

    const ports = [first, second].map(({ cluster }) => cluster.self.port);
    expect(new Set(ports).size).toBe(2);
    expect(ports).not.toContain(0);
  });

  it("on a port of their own choice", async () => {
    const port = await freePort();
    const first = await startNode(({ node }) => {
      node.port = port;
    });

    expect(first.cluster.self.port).toBe(port);
    await joinVia(first, "127.0.0.1");
  });

  it("by a name, where the node advertises an address", async () => {
    const node = await startNode();
    const newcomer = await joinVia(node, "localhost");

    // The name is known to be that member, so it is not dialled again and again.
    const endpoint = `localhost:${node.cluster.self.port}`;
    expect(endpoints(newcomer)).toEqual([{ endpoint, state: "joined", attempts: 1 }]);
    expect(newcomer.cluster.membership.at(node.cluster.self)?.status).toBe("up");
  });

  it("by an address, where the node advertises a name", async () => {
    const node = await startNode((settings) => {
      settings.node.host = "localhost";
      settings.node.bindHost = "127.0.0.1";
    });
    const newcomer = await joinVia(node, "127.0.0.1");

    const endpoint = `127.0.0.1:${node.cluster.self.port}`;
    expect(endpoints(newcomer)).toEqual([{ endpoint, state: "joined", attempts: 1 }]);
    expect(newcomer.cluster.membership.at({ host: "localhost", port: node.cluster.self.port })?.status).toBe("up");
  });

  it("that is listed under a name and an address, and is one member", async () => {
    const node = await startNode();
    const { port } = node.cluster.self;
    const newcomer = await startNodeThatKnows([`localhost:${port}`, `127.0.0.1:${port}`]);
    await everybodyUp([node, newcomer]);

    await eventually(() => endpoints(newcomer).map(({ state }) => state)).toEqual(["joined", "joined"]);
    expect(newcomer.cluster.membership.size).toBe(2);
    expect(newcomer.cluster.explain().associations.open).toBe(1);
  });
});

it("a node behind a port mapping is joined, and reached by third nodes, through the mapping", async () => {
  const [proxy, bindPort] = [await FaultyProxy.start(0, onTestFinished), await freePort()];
  proxy.targetPort = bindPort;
  const mapped = await startNode(({ node }) => {
    node.port = proxy.port;
    node.bindPort = bindPort;
  });
  const second = await joinVia(mapped, "127.0.0.1");
  expect(proxy.accepted).toBe(1);

  // The third knows only the second, and hears from it where the mapped one is.
  const third = await startNodeThatKnows([second.cluster.self.address]);
  await everybodyUp([mapped, second, third]);

  expect(third.cluster.membership.at({ host: "127.0.0.1", port: proxy.port })?.node.id).toBe(mapped.cluster.self.id);
});

it("a node that is told to join itself, under whatever name, stays alone", async () => {
  const node = await startNode();
  const { port } = node.cluster.self;

  await node.cluster.join(`127.0.0.1:${port}`);
  await node.cluster.join(`localhost:${port}`);

  expect(node.cluster.membership.size).toBe(1);
  expect(node.cluster.explain().rejections).toEqual({});
  expect(node.cluster.explain().situation.code).toBe("NOBODY_FOUND");
});

it("a join of an address of another system says so at once", async () => {
  const node = await startNode();
  const foreign = node.cluster.join("payments@127.0.0.1:7337");

  await expect(foreign).rejects.toMatchObject({ code: "JOIN_REJECTED" });
});
