/** What a first user of the packed packages does: two nodes, one joins the other. Prints how many members are up. */
import { ClusterSystem } from "@rollcall/cluster";

const start = () =>
  ClusterSystem.start("packed", (settings) => {
    settings.node.port = 0;
  });

// Not `await using`: the oldest Node.js supported does not know it.
const systems = [await start(), await start()] as const;
try {
  const [{ cluster }, other] = systems;
  await other.cluster.join(cluster.self, { maxAttempts: 10 });
  const members = await cluster.waitFor({ atLeast: 2, withinMs: 10_000 });
  console.log(`${members.length} up`);
} finally {
  await Promise.all(systems.map((system) => system.shutdown()));
}
