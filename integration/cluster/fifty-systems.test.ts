import { expect, it } from "vitest";
import { everybodyUp, startNode, startNodeThatKnows } from "./support/node.ts";

it("brings fifty systems up over TCP that know of one contact point, and they agree on who leads", async () => {
  const contact = await startNode();
  const begun = performance.now();
  const knowing = Array.from({ length: 49 }, () => startNodeThatKnows([contact.cluster.self.address]));
  const systems = [contact, ...(await Promise.all(knowing))];

  await everybodyUp(systems);

  console.log(`fifty systems were up everywhere after ${Math.round(performance.now() - begun)} ms`);
  const leader = contact.cluster.leader?.node.id;
  expect(leader).toBeDefined();
  for (const { cluster } of systems) {
    expect(cluster.membership.size).toBe(50);
    expect(cluster.leader?.node.id).toBe(leader);
  }

  const leaving = performance.now();
  await Promise.all(systems.map((system) => system.shutdown()));
  console.log(`all of them, leaving at once, were gone after ${Math.round(performance.now() - leaving)} ms`);
});
