import type { ClusterSystem } from "@rollcall/cluster";
import {
  type ActorRef,
  actorId,
  DistributedActor,
  isActorError,
  receptionKey,
  type SingletonHooks,
} from "@rollcall/cluster/actors";
import type { ReportBody } from "../messages.js";

type Tell = (report: ReportBody) => void;

/** There is one on every node. */
class Greeter extends DistributedActor.with("greet") {
  readonly #address: string;

  constructor(address: string) {
    super();
    this.#address = address;
  }

  greet(whom: string): string {
    return `Hello ${whom}, this is ${this.#address}`;
  }
}

/** There is one in the cluster: it counts who has come, and is handed over with its count. */
class Tally extends DistributedActor.with("arrive") implements SingletonHooks<number> {
  readonly #tell: Tell;
  #count = 0;

  constructor(tell: Tell) {
    super();
    this.#tell = tell;
  }

  arrive(): number {
    return ++this.#count;
  }

  onActivate(count = 0): void {
    this.#count = count;
    this.#tell({ kind: "hosts", count });
  }

  onPassivate(): number {
    this.#tell({ kind: "rests" });
    return this.#count;
  }
}

const GREETERS = receptionKey<Greeter>("greeters");

/** What a node of the demonstration does with actors: makes one known, and calls and watches those of all others. */
export async function playActors(system: ClusterSystem, tell: Tell): Promise<void> {
  const { address } = system.cluster.self;
  system.receptionist.register(GREETERS, system.spawn(Greeter, address));
  const tally = system.singleton.host("tally", Tally, tell);
  void untilAnswered(() => tally.arrive());
  const met = new Set<string>();
  for await (const greeters of system.receptionist.listing(GREETERS)) {
    for (const greeter of greeters) {
      const { address: other } = actorId(greeter).node;
      if (other === address || met.has(String(greeter))) continue;
      met.add(String(greeter));
      void meet(greeter, other);
    }
  }

  async function meet(greeter: ActorRef<Greeter>, other: string): Promise<void> {
    system.watchTermination(greeter, ({ reason }) => tell({ kind: "watch-fired", address: other, reason }));
    const answer = await untilAnswered(() => greeter.greet(address));
    if (answer !== undefined) tell({ kind: "called", address: other, answer });
  }
}

/** A busy machine may take longer than calls wait. @returns undefined if the call has failed for another reason */
async function untilAnswered<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isActorError(error) || error.code !== "TIMED_OUT") return undefined;
    }
  }
}
