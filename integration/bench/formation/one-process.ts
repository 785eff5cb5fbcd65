import { ClusterSystem } from "@rollcall/cluster";
import { staticDiscovery } from "@rollcall/static";

const SYSTEMS = 50;

/** Fifty systems in this process, on loopback, with one contact point: how long until all are up and agree who leads. */
export async function measureOneProcess(): Promise<void> {
  const begun = performance.now();
  const contact = await ClusterSystem.start("bench", (settings) => {
    settings.node.port = 0;
  });
  const discovery = staticDiscovery([contact.cluster.self.address]);
  const others = Array.from({ length: SYSTEMS - 1 }, () =>
    ClusterSystem.start("bench", (settings) => {
      settings.node.port = 0;
      settings.discovery = discovery;
    }),
  );
  const systems = [contact, ...(await Promise.all(others))];
  await Promise.all(systems.map(({ cluster }) => cluster.waitFor({ atLeast: SYSTEMS, withinMs: 60_000 })));
  const upMs = performance.now() - begun;
  const leaders = new Set(systems.map(({ cluster }) => cluster.leader?.node.id));
  console.log(`\n${SYSTEMS} systems in one process: all up after ${upMs.toFixed(0)} ms, ${leaders.size} leader(s)`);
  const stopping = performance.now();
  await Promise.all(systems.map((system) => system.shutdown()));
  console.log(`  all shut down after ${(performance.now() - stopping).toFixed(0)} ms`);
  if (leaders.size !== 1) throw new Error(`${SYSTEMS} systems see ${leaders.size} leaders; there has to be one.`);
}
