/**
 * One node as a process: `member.ts PORT [CONTACT…]`. Writes its address and id once it listens, and leaves on SIGTERM.
 */
import { ClusterSystem } from "@rollcall/cluster";
import { inMemoryDiscovery } from "@rollcall/core";

const [port, ...contacts] = process.argv.slice(2);

const system = await ClusterSystem.start("orders", (settings) => {
  settings.node.port = Number(port);
  settings.discovery = inMemoryDiscovery(contacts);
  settings.announce = false;
});
process.once("SIGTERM", () => void system.shutdown());
const { address, id } = system.cluster.self;
console.log(JSON.stringify({ address, id }));
