/** Two nodes that meet, one that finds nobody, and none of them says a word. Ends with an error if they do not meet. */
import { ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";

const start = (contacts: readonly string[]) =>
  ClusterSystem.start("orders", (settings) => {
    settings.node.port = 0;
    settings.discovery = inMemoryDiscovery(contacts);
    settings.announce = false;
  });
await using first = await start([]);
// Nobody listens on the second of these, so one attempt fails.
await using second = await start([first.cluster.self.address, "127.0.0.1:1"]);
await first.cluster.waitFor({ atLeast: 2, withinMs: 60_000 });
await second.cluster.waitFor({ atLeast: 2, withinMs: 60_000 });
