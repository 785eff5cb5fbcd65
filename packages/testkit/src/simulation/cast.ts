import type { ClusterSystem } from "@rollcall/cluster";
import { DistributedActor, receptionKey, type SingletonHooks } from "@rollcall/cluster/actors";

const SINGLETON = "lead";

class Guest extends DistributedActor.with("greet") {
  greet(): string {
    return "hello";
  }
}

/** Tells when it is the instance and when it is not any more. */
class Lead extends DistributedActor.with("act") implements SingletonHooks<number> {
  readonly #system: ClusterSystem;
  readonly #cast: Cast;
  #acts = 0;

  constructor(system: ClusterSystem, cast: Cast) {
    super();
    this.#system = system;
    this.#cast = cast;
    cast.enter(system);
  }

  act(): number {
    return ++this.#acts;
  }

  onActivate(acts = 0): void {
    this.#acts = acts;
  }

  onPassivate(): number {
    this.#cast.exit(this.#system);
    return this.#acts;
  }
}

const GUESTS = receptionKey<Guest>("guests");

/** The actors of a simulation: one that is registered on every node, and one that there is once in a cluster. */
export class Cast {
  /** What was wrong when an instance of the singleton began, if ever anything was. */
  wrong: string | undefined;
  readonly #isRunning: (system: ClusterSystem) => boolean;
  readonly #leads = new Set<ClusterSystem>();

  constructor(isRunning: (system: ClusterSystem) => boolean) {
    this.#isRunning = isRunning;
  }

  join(system: ClusterSystem): void {
    // Otherwise it would be numbered, on and on from one run to the next.
    const guest = system.spawn({ actor: Guest, name: "guest" });
    system.receptionist.register(GUESTS, guest);
    system.singleton.host(SINGLETON, Lead, system, this);
  }

  /** An instance is made: nobody else may who is a member to its node, and to whose node that is a member. */
  enter(system: ClusterSystem): void {
    for (const other of this.#onStage()) {
      if (other === system || !knows(system, other) || !knows(other, system)) continue;
      this.wrong ??= `${system.cluster.self} and ${other.cluster.self} are members to each other, and both have an instance`;
    }
    this.#leads.add(system);
  }

  exit(system: ClusterSystem): void {
    this.#leads.delete(system);
  }

  /** What nodes that have come to agree on who is there do not agree on as to actors, if anything. */
  dissent(systems: readonly ClusterSystem[]): string | undefined {
    const ids = systems.map(({ cluster }) => cluster.self.id).sort();
    for (const { cluster, receptionist } of systems) {
      const listed = receptionist.lookup(GUESTS).map((guest) => /#(\w+)/.exec(String(guest))?.[1] ?? "");
      // Where nobody can lead, a dead node may stay a member, and with it what was registered there.
      const isStale = (id: string) => cluster.leader === undefined && cluster.membership.get(id) !== undefined;
      const guests = listed.filter((id) => ids.includes(id) || !isStale(id));
      if (guests.join() !== ids.join()) return `${cluster.self} lists guests of ${guests}, while there are ${ids}`;
    }
    return undefined;
  }

  /** Why there is not just one instance among nodes that have come to agree, if that is so. */
  castingTrouble(systems: readonly ClusterSystem[]): string | undefined {
    const canAct = systems.some(({ cluster }) => {
      return cluster.leader !== undefined && cluster.membership.get(cluster.self.id)?.status === "up";
    });
    const leads = this.#onStage().map(({ cluster }) => cluster.self);
    return leads.length === (canAct ? 1 : 0) ? undefined : `there are instances on ${leads.join(", ") || "no node"}`;
  }

  #onStage(): ClusterSystem[] {
    return [...this.#leads].filter(this.#isRunning);
  }
}

/** Whether a node takes another one for a member that is not down. */
function knows(system: ClusterSystem, other: ClusterSystem): boolean {
  const status = system.cluster.membership.get(other.cluster.self.id)?.status;
  return status !== undefined && status !== "down";
}
