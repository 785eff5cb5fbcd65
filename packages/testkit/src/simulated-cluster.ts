import { CLUSTER_TOKENS, type ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import type { Random } from "@rollcall/core";
import { randomNodeId, seededRandom } from "./seeded-random.js";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "./simulated-network.js";
import { VirtualClock } from "./virtual-clock.js";

export interface SimulatedClusterOptions extends Pick<SimulatedNetworkOptions, "latencyMs"> {
  /** Everything random comes from it. Default 1. */
  readonly seed?: number;
  /** Applied to the settings of every node. */
  readonly configure?: (settings: ClusterSettings) => void;
}

/** A cluster in one process, in virtual time, on a simulated network: the same `ClusterSystem` as in earnest. */
export class SimulatedCluster implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly random: Random;
  /** Every node started, in order; those that were shut down too. */
  readonly systems: ClusterSystem[] = [];
  readonly #options: SimulatedClusterOptions;
  #hosts = 0;

  constructor(options: SimulatedClusterOptions = {}) {
    this.#options = options;
    this.random = seededRandom(options.seed ?? 1);
    const { latencyMs } = options;
    const { clock, random } = this;
    this.network = new SimulatedNetwork({ clock, random, ...(latencyMs === undefined ? {} : { latencyMs }) });
  }

  /**
   * Starts a node on a host of its own.
   *
   * @param options.host default `10.0.0.N` for the Nth node that is given none
   */
  async start(options: SimulatedNodeOptions = {}): Promise<ClusterSystem> {
    const { host = hostOf(this.#hosts++), system = "simulated", configure } = options;
    const random = seededRandom(Math.floor(this.random() * 4294967296));
    const started = await ClusterSystem.start(system, (settings) => {
      settings.node.host = host;
      this.#options.configure?.(settings);
      configure?.(settings);
      const { register } = settings;
      settings.register = (container) => {
        container.registerInstance(CLUSTER_TOKENS.clock, this.clock);
        container.registerInstance(CLUSTER_TOKENS.random, random);
        container.registerInstance(CLUSTER_TOKENS.nodeId, () => options.nodeId ?? randomNodeId(random));
        container.registerInstance(CLUSTER_TOKENS.transport, this.network.transport(settings.node.host));
        register?.(container);
      };
    });
    this.systems.push(started);
    return started;
  }

  /** Shuts every node down. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.settle(Promise.all(this.systems.map((system) => system.shutdown())));
  }
}

export interface SimulatedNodeOptions {
  readonly host?: string;
  readonly system?: string;
  /** 16 hexadecimal digits. Default: random. */
  readonly nodeId?: string;
  readonly configure?: (settings: ClusterSettings) => void;
}

function hostOf(index: number): string {
  return `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
