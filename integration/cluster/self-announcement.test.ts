import { defineDiscovery, inMemoryDiscovery } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, IN_TIME, startNode } from "./support/node.ts";

/** A registry that refuses everything until it is told to come back. */
function registryAway() {
  const announced = new Set<string>();
  let away = true;
  const answer = <T>(value: T): T => {
    if (away) throw new Error("The registry is being upgraded.");
    return value;
  };
  const discovery = defineDiscovery({
    name: "registry",
    lookup: async () => answer([...announced]),
    announce: async ({ host, port }) => {
      const address = answer(`${host}:${port}`);
      announced.add(address);
      return { withdraw: async () => void announced.delete(address) };
    },
  });
  const comeBack = () => {
    away = false;
  };
  return { announced, discovery, comeBack };
}

describe("a node whose discovery can announce", () => {
  it("is announced under its node id, at the address that others reach it by", async () => {
    const discovery = inMemoryDiscovery();
    const { cluster } = await startNode((settings) => {
      settings.node.bindHost = "0.0.0.0";
      settings.insecure = true;
      settings.discovery = discovery;
    });

    await eventually(() => cluster.explain().announcement.state).toBe("announced");
    const { host, port, id } = cluster.self;
    expect(discovery.listing).toEqual([{ host, port, id, metadata: { system: "orders" } }]);
  });

  it("finds, and is found by, others through the announcements alone", async () => {
    const discovery = inMemoryDiscovery();
    const systems = await Promise.all(
      Array.from({ length: 5 }, () =>
        startNode((settings) => {
          settings.discovery = discovery;
        }),
      ),
    );

    await everybodyUp(systems);
    expect(discovery.listing).toHaveLength(5);
  });

  it("is withdrawn before its shutdown is over, and before it starts to leave", async () => {
    const discovery = inMemoryDiscovery();
    const [node, other] = await Promise.all([
      startNode((settings) => {
        settings.discovery = discovery;
      }),
      startNode((settings) => {
        settings.discovery = discovery;
      }),
    ]);
    await everybodyUp([node, other]);
    const listedWhenLeaving = other.cluster
      .waitFor([node.cluster.self], "leaving", IN_TIME)
      .then(() => discovery.listing.some(({ id }) => id === node.cluster.self.id));

    await node.shutdown();

    expect(discovery.listing.map(({ id }) => id)).toEqual([other.cluster.self.id]);
    expect(await listedWhenLeaving).toBe(false);
    expect(node.cluster.explain().announcement.state).toBe("withdrawn");
  });

  it("is not announced when the settings say so, and finds others all the same", async () => {
    const discovery = inMemoryDiscovery();
    const announced = await startNode((settings) => {
      settings.discovery = discovery;
    });
    const quiet = await startNode((settings) => {
      settings.discovery = discovery;
      settings.announce = false;
    });

    await everybodyUp([announced, quiet]);

    expect(discovery.listing.map(({ id }) => id)).toEqual([announced.cluster.self.id]);
    expect(quiet.cluster.explain().announcement.state).toBe("off");
  });

  it("is announced again and again until the registry takes it", async () => {
    const registry = registryAway();
    const { cluster } = await startNode((settings) => {
      settings.discovery = registry.discovery;
    });
    await eventually(() => cluster.explain().announcement).toEqual({
      state: "retrying",
      lastError: "registry: The registry is being upgraded.",
    });

    registry.comeBack();

    await eventually(() => [...registry.announced]).toEqual([cluster.self.address]);
    await eventually(() => cluster.explain().announcement.state).toBe("announced");
  });

  it("shuts down while the registry is away, and does not turn up in it afterwards", async () => {
    const registry = registryAway();
    const node = await startNode((settings) => {
      settings.discovery = registry.discovery;
    });
    await eventually(() => node.cluster.explain().announcement.state).toBe("retrying");

    await node.shutdown();
    registry.comeBack();

    expect(node.cluster.explain().announcement.state).toBe("withdrawn");
    expect([...registry.announced]).toEqual([]);
  });

  it("shuts down in time although the registry hangs while it is being announced", async () => {
    const memory = inMemoryDiscovery();
    const hanging = { ...memory, name: "hanging", announce: () => new Promise<never>(() => {}) };
    const node = await startNode((settings) => {
      settings.discovery = hanging;
      settings.leave.stepTimeoutMs = 200;
    });
    const begun = performance.now();

    await node.shutdown();

    expect(performance.now() - begun).toBeLessThan(IN_TIME.withinMs);
  });
});
