/**
 * What a first user of the packed packages does: two nodes, one joins the other and calls an actor there. Prints how many
 * members are up, and the answer.
 */
import { ClusterSystem } from "@rollcall/cluster";
import { DistributedActor } from "@rollcall/cluster/actors";

class Greeter extends DistributedActor.with("greet") {
  greet(name: string): string {
    return `Hello, ${name}`;
  }
}

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
  const greeter = other.resolve(Greeter, String(systems[0].spawn(Greeter)));
  console.log(await greeter.greet("you"));
} finally {
  await Promise.all(systems.map((system) => system.shutdown()));
}
