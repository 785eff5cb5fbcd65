import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CLUSTER_TOKENS, ClusterSystem, type Connection, type Transport } from "@rollcall/cluster";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/ports.ts";
import { eventually } from "./support/eventually.ts";
import { startCluster, startNode, startNodeThatKnows } from "./support/node.ts";
import { Program } from "./support/program.ts";
import { frame } from "./support/wire-peer.ts";

/** How many TCP sockets this process holds, both ends of connections to itself counted. */
const openSockets = () => process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length;

/** Somebody who shakes hands with whoever dials, and then neither reads nor hangs up. */
async function startStubbornPeer() {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      const from = { system: "orders", host: "127.0.0.1", port, id: "00000000deadbeef" };
      socket.write(frame({ rollcall: "accept", protocol: "1.0.0", from, existing: "none" }));
      socket.once("data", () => server.emit("confirmed"));
    });
    onTestFinished(() => {
      socket.destroy();
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, confirmed: once(server, "confirmed") };
}

describe("shutting down", () => {
  it("happens at the end of the block that has it as await using", async () => {
    let escaped: ClusterSystem;
    {
      await using system = await ClusterSystem.start("orders", ({ node }) => {
        node.port = 0;
      });
      escaped = system;
    }

    expect(await escaped.terminated).toEqual({ reason: "left" });
    expect(escaped.cluster.explain().status).toBe("stopped");
  });

  it("twice is the same as once", async () => {
    const [system, other] = (await startCluster(2)) as [ClusterSystem, ClusterSystem];

    const first = system.shutdown();
    const second = system.shutdown();
    await Promise.all([first, second, system.cluster.leave(), system[Symbol.asyncDispose]()]);
    await system.shutdown();

    expect(await system.terminated).toEqual({ reason: "left" });
    await other.cluster.waitFor([system.cluster.self], "removed", { withinMs: 60_000 });
  });

  it("right after the start leaves the port free", async () => {
    const port = await freePort();
    for (let round = 0; round < 3; round++) {
      await using system = await ClusterSystem.start("orders", ({ node }) => {
        node.port = port;
      });
      void system.shutdown();
    }
  });

  it("while joining fails whoever waits for the join, and does not wait for the join itself", async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const system = await startNodeThatKnows([nobody]);
    const joined = system.cluster.joined();
    const joining = system.cluster.join(nobody);
    const outcomes = Promise.allSettled([joined, joining]);

    await system.shutdown();

    const codes = (await outcomes).map((outcome) => outcome.status === "rejected" && outcome.reason.code);
    expect(codes).toEqual(["NODE_GONE", "STOPPED"]);
  });

  it("in the middle of a handshake ends it", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => {
      silent.close();
    });
    await once(silent, "listening");
    const dialled = once(silent, "connection");
    const system = await startNodeThatKnows([`127.0.0.1:${(silent.address() as AddressInfo).port}`]);
    const [socket] = await dialled;

    await Promise.all([once(socket.resume(), "close"), system.shutdown()]);
  });

  it("in the moment between connecting and shaking hands breaks the connection", async () => {
    const shutDown: Promise<void>[] = [];
    let destroyed = false;
    const connection: Connection = {
      remote: "nowhere",
      handle: () => {},
      send: () => true,
      limitFrames: () => {},
      close: () => {},
      destroy: () => {
        destroyed = true;
      },
    };
    const transport: Transport = {
      listen: async () => ({ port: 1, close: async () => {} }),
      async connect() {
        shutDown.push(system.shutdown());
        // The signal has aborted when this resolves, and a transport may be too late to look at it.
        await new Promise((resolve) => setImmediate(resolve));
        return connection;
      },
    };
    const system = await startNodeThatKnows(["127.0.0.1:9"], (settings) => {
      settings.association.handshakeTimeoutMs = 60_000;
      settings.register = (container) => container.registerInstance(CLUSTER_TOKENS.transport, transport);
    });

    await system.terminated;

    expect(shutDown).toHaveLength(1);
    await eventually(() => destroyed).toBe(true);
  });

  it("has closed every socket when it is over, also those to a peer that never hangs up", async () => {
    const before = openSockets();
    const peer = await startStubbornPeer();
    const system = await startNodeThatKnows([peer.address]);
    await peer.confirmed;

    await system.shutdown();

    // What is left is the peer's own end.
    expect(openSockets() - before).toBe(1);
  });

  it.each([2, 3, 10])("waits for nobody in vain when all of %i nodes do it at once", async (size) => {
    const stepTimeoutMs = 100_000;
    const systems = await startCluster(size, ({ leave }) => {
      leave.stepTimeoutMs = stepTimeoutMs;
    });
    const begun = performance.now();

    await Promise.all(systems.map((system) => system.shutdown()));

    expect(performance.now() - begun).toBeLessThan(stepTimeoutMs / 2);
  });

  it("is what a node does that has been downed by another", async () => {
    const [first] = (await startCluster(2)) as [ClusterSystem];
    const downed = await startNodeThatKnows([first.cluster.self.address], ({ onDown }) => {
      onDown.delayMs = 10;
    });
    await first.cluster.waitFor({ atLeast: 3, withinMs: 60_000 });

    expect(first.cluster.down(downed.cluster.self)).toBe(true);

    expect(await downed.terminated).toEqual({ reason: "downed" });
    await first.cluster.waitFor([downed.cluster.self], "removed", { withinMs: 60_000 });
    expect(first.cluster.membership.withStatus("up")).toHaveLength(2);
  });

  it("ends loops over events", async () => {
    const system = await startNode();
    const kinds: string[] = [];
    const reading = (async () => {
      for await (const event of system.cluster.events) kinds.push(event.kind);
    })();

    await system.shutdown();
    await reading;

    expect(kinds[0]).toBe("snapshot");
  });
});

it("two systems that met and shut down leave nothing that keeps their process alive", async () => {
  const program = Program.start("meet-and-part");
  expect(await program.line()).toBe("both are up");
  expect(await program.line()).toBe("both are gone, and nothing is left: []");

  expect(await program.exited).toEqual({ code: 0, signal: null });
});
