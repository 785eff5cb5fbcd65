/** Two nodes that meet in one process and shut down. The process has to end by itself: nothing here ends it. */
import { ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";

const discovery = inMemoryDiscovery();
const start = () =>
  ClusterSystem.start("orders", (settings) => {
    settings.node.port = 0;
    settings.discovery = discovery;
  });
const systems = [await start(), await start()];
await Promise.all(systems.map(({ cluster }) => cluster.waitFor({ atLeast: 2, withinMs: 60_000 })));
console.log("both are up");

await Promise.all(systems.map((system) => system.shutdown()));
const left = process.getActiveResourcesInfo().filter((resource) => resource !== "PipeWrap");
console.log(`both are gone, and nothing is left: ${JSON.stringify(left)}`);
