import type { ClusterSystem } from "@rollcall/cluster";
import type { ProcessClock } from "./process-clock.js";
import type { SimulatedNodeOptions } from "./simulated-cluster.js";
import type { VirtualClock } from "./virtual-clock.js";

/** The process that one node of a simulated cluster runs in. */
export class SimulatedProcess {
  readonly clock: ProcessClock;
  /** What it was started with. */
  readonly options: SimulatedNodeOptions & { readonly host: string };
  readonly #world: VirtualClock;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(world: VirtualClock, options: SimulatedProcess["options"]) {
    this.#world = world;
    this.options = options;
    this.clock = world.process();
  }

  /** Whether it has neither ended by itself nor been killed. */
  get isRunning(): boolean {
    return !this.#ended && this.clock.state !== "dead";
  }

  /** It ends when the system that runs in it does. */
  runs(system: ClusterSystem): void {
    void system.terminated.then(() => {
      this.#ended = true;
    });
  }

  kill(): void {
    this.clock.kill();
  }

  /** @param first what comes first when it goes on: see `ProcessClock.thaw` */
  pause(ms: number, first: "timers" | "network"): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#world.now() + ms);
    this.clock.freeze();
    this.#world.schedule(ms, () => {
      if (this.#world.now() >= this.#pausedUntil) this.clock.thaw(first);
    });
  }
}
