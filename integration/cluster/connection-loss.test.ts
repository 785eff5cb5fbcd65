import type { ClusterEvent, ClusterSystem } from "@rollcall/cluster";
import { expect, it, onTestFinished } from "vitest";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { freePort } from "../support/ports.ts";
import { eventually } from "./support/eventually.ts";
import { everybodyUp, startNodeThatKnows } from "./support/node.ts";

/** A node that others reach through a proxy only. */
async function startBehindProxy(contacts: readonly string[]) {
  const proxy = await FaultyProxy.start(await freePort(), onTestFinished);
  const system = await startNodeThatKnows(contacts, ({ node }) => {
    node.port = proxy.port;
    node.bindPort = proxy.targetPort;
  });
  return { system, proxy };
}

/** Two members; the second has dialled the first. Whatever connects them goes through one of the two proxies. */
async function startPair() {
  const first = await startBehindProxy([]);
  const second = await startBehindProxy([first.system.cluster.self.address]);
  const systems = [first.system, second.system] as const;
  await everybodyUp(systems);
  const accepted = () => first.proxy.accepted + second.proxy.accepted;
  return { first: first.system, second: second.system, systems, proxies: [first.proxy, second.proxy], accepted };
}

/** What a node hears of from now on, but for newcomers. */
function recordTrouble({ cluster }: ClusterSystem): ClusterEvent[] {
  const trouble: ClusterEvent[] = [];
  void (async () => {
    for await (const event of cluster.events) {
      if (event.kind === "reachability") trouble.push(event);
      if (event.kind === "membership" && event.to !== "joining" && event.to !== "up") trouble.push(event);
    }
  })();
  return trouble;
}

it.each([
  ["both sides notice", "both"],
  ["only one side notices", "target"],
] as const)("members whose connection breaks connect again, and nobody goes down: %s", async (_, sides) => {
  const { first, second, systems, proxies, accepted } = await startPair();
  const trouble = systems.map(recordTrouble);
  const all: ClusterSystem[] = [...systems];
  for (let round = 0; round < 5; round++) {
    const before = accepted();

    for (const proxy of proxies) proxy.reset(sides);

    await eventually(accepted).toBeGreaterThan(before);
    // What the second hears of has to come to the first, and the other way round.
    all.push(await startNodeThatKnows([(round % 2 === 0 ? first : second).cluster.self.address]));
    await everybodyUp(all);
  }

  expect(trouble).toEqual([[], []]);
  for (const { cluster } of systems) expect(cluster.membership.size).toBe(all.length);
});
