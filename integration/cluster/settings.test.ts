import { CLUSTER_TOKENS, type ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { freePort } from "../support/ports.ts";
import { startNode } from "./support/node.ts";

/** A setting, and a value that it cannot have; some of them only a program in JavaScript could give. */
const UNUSABLE: readonly (readonly [setting: string, value: unknown])[] = [
  ["node.host", ""],
  ["node.host", "two words"],
  ["node.host", "[::1]"],
  ["node.host", "127.0.0.1:7337"],
  ["node.host", "300.0.0.1"],
  ["node.host", "0.0.0.0"],
  ["node.host", "::"],
  ["node.host", undefined],
  ["node.bindHost", "two words"],
  ["node.bindHost", 5],
  ["node.port", -1],
  ["node.port", 65_536],
  ["node.port", 73.37],
  ["node.port", Number.NaN],
  ["node.port", "7337"],
  ["node.bindPort", 100_000],
  ["discovery", { name: "no methods" }],
  ["discovery", null],
  ["insecure", "yes"],
  ["logger.warn", undefined],
  ["join.maxConcurrentJoins", 0],
  ["join.maxConcurrentJoins", 1.5],
  ["join.maxConcurrentJoins", Number.POSITIVE_INFINITY],
  ["join.backoff", { initialMs: 100 }],
  ["association.connectTimeoutMs", 0],
  ["association.maxFrameBytes", 100],
  ["gossip.intervalMs", -1],
  ["gossip.jitter", 1.5],
  ["leadership.minimumMembers", 0],
  ["onDown.action", "restart"],
  ["leave.stepTimeoutMs", "2s"],
  ["events.buffered", 0],
  ["register", {}],
];

function set(settings: ClusterSettings, path: string, value: unknown): void {
  const [group = "", name] = path.split(".");
  const before = Object.entries(settings).find(([key]) => key === group)?.[1];
  Object.assign(settings, { [group]: name === undefined ? value : { ...before, [name]: value } });
}

describe("unusable settings", () => {
  it.each(UNUSABLE)("are refused by name: %s cannot be %o", async (setting, value) => {
    const port = await freePort();
    const starting = ClusterSystem.start("orders", (settings) => {
      settings.node.port = port;
      set(settings, setting, value);
    });

    await expect(starting).rejects.toMatchObject({ code: "INVALID_SETTING" });
    await expect(starting).rejects.toThrow(`settings.${setting} is`);
    // Whatever was opened before the setting was found out has been closed again.
    await startNode(({ node }) => {
      node.port = port;
    });
  });

  it.each(["", "two words", "a".repeat(65), "orders/eu", "größe"])(
    "refuse %o as the name of a system",
    async (name) => {
      const starting = ClusterSystem.start(name, ({ node }) => {
        node.port = 0;
      });

      await expect(starting).rejects.toMatchObject({ code: "INVALID_SETTING" });
      await expect(starting).rejects.toThrow("The system name is");
    },
  );

  it("leave nothing open when a collaborator cannot be made", async () => {
    const port = await freePort();
    const starting = ClusterSystem.start("orders", (settings) => {
      settings.node.port = port;
      settings.register = (container) => container.registerInstance(CLUSTER_TOKENS.nodeId, () => "not hexadecimal");
    });

    await expect(starting).rejects.toThrow("16 hexadecimal digits");
    await startNode(({ node }) => {
      node.port = port;
    });
  });

  it("pass on what the program's own configure function throws", async () => {
    const starting = ClusterSystem.start("orders", () => {
      throw new RangeError("no such environment");
    });

    await expect(starting).rejects.toThrow(new RangeError("no such environment"));
  });
});

describe("a node that cannot listen", () => {
  const bind = (host: string, port: number) =>
    ClusterSystem.start("orders", (settings) => {
      Object.assign(settings.node, { host, port });
      settings.insecure = true;
    });

  it("says that the port is in use, and what to do", async () => {
    const { cluster } = await startNode();
    const starting = bind("127.0.0.1", cluster.self.port);

    await expect(starting).rejects.toMatchObject({ code: "BIND_FAILED", cause: { code: "EADDRINUSE" } });
    await expect(starting).rejects.toThrow(cluster.self.address);
    await expect(starting).rejects.toThrow(/settings\.node\.port.*0 for any free one/);
  });

  it("says that the machine does not have the address", async () => {
    // TEST-NET-1 (RFC 5737): no machine has it.
    const starting = bind("192.0.2.1", 0);

    await expect(starting).rejects.toMatchObject({ code: "BIND_FAILED", cause: { code: "EADDRNOTAVAIL" } });
    await expect(starting).rejects.toThrow("settings.node.bindHost");
  });
});
