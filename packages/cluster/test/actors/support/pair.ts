import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import type { ActorRef } from "../../../src/actors/index.js";
import { Simulation } from "../../support/simulation.js";
import { Greeter } from "./greeter.js";

/** Two nodes, with a greeter on one and a reference to it on the other. */
export interface Pair extends AsyncDisposable {
  readonly simulation: Simulation;
  readonly here: ClusterSystem;
  readonly there: ClusterSystem;
  /** As the node has it on which it runs. */
  readonly local: ActorRef<Greeter>;
  readonly remote: ActorRef<Greeter>;
  /** The actor itself. */
  readonly actor: Greeter;
  settle<T>(promise: Promise<T>): Promise<T>;
  /** What a call that fails fails with. */
  failure(call: Promise<unknown>): Promise<unknown>;
}

export async function pair(configure: (settings: ClusterSettings) => void = () => {}): Promise<Pair> {
  const simulation = new Simulation({ configure });
  const [there, here] = await simulation.form(2);
  let actor: Greeter | undefined;
  class Observed extends Greeter {
    constructor() {
      super();
      actor = this;
    }
  }
  const local = there.spawn({ actor: Observed, name: "greeter" });
  const remote = here.resolve(Greeter, String(local));
  const settle = <T>(promise: Promise<T>) => simulation.clock.settle(promise);
  return {
    simulation,
    here,
    there,
    local,
    remote,
    actor: actor as Greeter,
    settle,
    failure: (call) =>
      settle(
        call.then(
          (value) => new Error(`it did not fail: ${String(value)}`),
          (error) => error,
        ),
      ),
    [Symbol.asyncDispose]: () => simulation[Symbol.asyncDispose](),
  };
}
