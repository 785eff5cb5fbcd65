/** One node as a process, with an actor: `greeter.ts CONTACT`. Writes the actor's id once the node is up, and leaves on SIGTERM. */
import { ClusterSystem } from "@rollcall/cluster";
import { type ActorRef, DistributedActor } from "@rollcall/cluster/actors";
import { inMemoryDiscovery } from "@rollcall/core";

const [contact = ""] = process.argv.slice(2);

class Greeter extends DistributedActor.with("greet", "hold", "echo", "ask", "pid") {
  greet(name: string): string {
    return `Hello, ${name}`;
  }

  /** Answers when the node is asked to leave; never, if it is not. */
  hold(): Promise<string> {
    return new Promise((resolve) => {
      process.once("SIGTERM", () => resolve("held"));
      console.log("holding");
    });
  }

  echo(value: unknown): unknown {
    return value;
  }

  ask(other: ActorRef<Greeter>, name: string): Promise<string> {
    return other.greet(name);
  }

  pid(): number {
    return process.pid;
  }
}

const system = await ClusterSystem.start("orders", (settings) => {
  settings.node.port = 0;
  settings.discovery = inMemoryDiscovery([contact]);
  settings.announce = false;
});
process.once("SIGTERM", () => void system.shutdown());
await system.cluster.joined({ withinMs: 15_000 });
console.log(String(system.spawn(Greeter)));
