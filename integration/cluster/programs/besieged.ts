/**
 * A member that is patient with the other one and tells how it is doing: `besieged.ts SECRET [CONTACT…]`, with `-` for no
 * secret. Writes its address and id once it listens, and a report on each SIGUSR2. Leaves on SIGTERM.
 */
import { ClusterSystem, SWIM_PRESETS } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";

const [secret, ...contacts] = process.argv.slice(2);

const system = await ClusterSystem.start("orders", (settings) => {
  settings.node.port = 0;
  settings.discovery = inMemoryDiscovery(contacts);
  settings.announce = false;
  settings.secret = secret === "-" ? undefined : secret;
  settings.failureDetector = { ...SWIM_PRESETS.wan };
});
process.once("SIGTERM", () => void system.shutdown());
process.on("SIGUSR2", () => {
  const { members, associations, held, rejections } = system.cluster.explain();
  const { rss } = process.memoryUsage();
  const statuses = members.map(({ status }) => status);
  console.log(JSON.stringify({ statuses, rss, associations, held, rejections }));
});
const { address, id } = system.cluster.self;
console.log(JSON.stringify({ address, id }));
