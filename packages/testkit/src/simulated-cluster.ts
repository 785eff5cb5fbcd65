import { CLUSTER_TOKENS, type ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import type { Random } from "@rollcall/core";
import { randomNodeId, randomNonce, seededRandom } from "./seeded-random.js";
import { SimulatedNetwork, type SimulatedNetworkOptions } from "./simulated-network.js";
import { SimulatedProcess } from "./simulated-process.js";
import { SimulatedRegistry, type SimulatedRegistryOptions } from "./simulated-registry.js";
import { VirtualClock } from "./virtual-clock.js";

export interface SimulatedClusterOptions
  extends Omit<SimulatedNetworkOptions, "clock" | "random">,
    Pick<SimulatedRegistryOptions, "lagMs" | "ttlMs"> {
  /** Everything random comes from it. Default 1. */
  readonly seed?: number;
  /** Whether nodes announce themselves to {@link SimulatedCluster.registry} and find each other there. Default false. */
  readonly discovery?: boolean;
  /** Applied to the settings of every node. */
  readonly configure?: (settings: ClusterSettings) => void;
}

/** A cluster in one process, in virtual time, on a simulated network: the same `ClusterSystem` as in earnest. */
export class SimulatedCluster implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly registry: SimulatedRegistry;
  readonly random: Random;
  /** Every node started, in order; those that were shut down or killed too. */
  readonly systems: ClusterSystem[] = [];
  readonly #options: SimulatedClusterOptions;
  readonly #processes = new Map<ClusterSystem, SimulatedProcess>();
  #hosts = 0;
  #started = 0;

  constructor(options: SimulatedClusterOptions = {}) {
    this.#options = options;
    const { seed = 1 } = options;
    const { clock } = this;
    this.random = seededRandom(seed);
    this.network = new SimulatedNetwork({ ...options, clock, random: seededRandom(`${seed} network`) });
    this.registry = new SimulatedRegistry({ ...options, clock, random: seededRandom(`${seed} registry`) });
  }

  /** Those whose process runs, or is paused, and that have not been shut down. */
  get running(): ClusterSystem[] {
    return this.systems.filter((system) => this.isRunning(system));
  }

  isRunning(system: ClusterSystem): boolean {
    return this.#processes.get(system)?.isRunning ?? false;
  }

  /** How many calls a node has scheduled. */
  timersOf(system: ClusterSystem): number {
    return this.#processOf(system).clock.pending;
  }

  /**
   * Starts a node on a host of its own.
   *
   * @param options.host default `10.0.0.N` for the Nth node that is given none
   */
  async start(options: SimulatedNodeOptions = {}): Promise<ClusterSystem> {
    const { host = hostOf(this.#hosts++), system = "simulated", configure } = options;
    const { seed = 1, discovery = false } = this.#options;
    const random = seededRandom(options.seed ?? `${seed} node ${this.#started++}`);
    // Apart, so that with a secret a node draws the same as without.
    const nonces = seededRandom(`${options.seed ?? `${seed} node ${this.#started}`} nonces`);
    const process = new SimulatedProcess(this.clock, { ...options, host });
    const started = await ClusterSystem.start(system, (settings) => {
      settings.node.host = host;
      if (discovery) settings.discovery = this.registry.discovery(process.clock);
      this.#options.configure?.(settings);
      configure?.(settings);
      const { register } = settings;
      settings.register = (container) => {
        container.registerInstance(CLUSTER_TOKENS.clock, process.clock);
        container.registerInstance(CLUSTER_TOKENS.random, random);
        container.registerInstance(CLUSTER_TOKENS.nonce, () => randomNonce(nonces));
        container.registerInstance(CLUSTER_TOKENS.nodeId, () => options.nodeId ?? randomNodeId(random));
        const transport = this.network.transport(settings.node.host, process.clock);
        container.registerInstance(CLUSTER_TOKENS.transport, transport);
        register?.(container);
      };
    });
    process.runs(started);
    this.systems.push(started);
    this.#processes.set(started, process);
    return started;
  }

  /**
   * Starts a node where another one was, as the same program: same address, same settings, new id. The other one is
   * killed, if it still runs.
   */
  async restart(system: ClusterSystem): Promise<ClusterSystem> {
    const { options } = this.#processOf(system);
    this.kill(system);
    const { nodeId: _id, seed: _seed, ...same } = options;
    return await this.start({
      ...same,
      configure: (settings) => {
        same.configure?.(settings);
        settings.node.port = system.cluster.self.port;
      },
    });
  }

  /** A process ends as after SIGKILL: its connections break, at its address nobody listens, and nothing of it runs on. */
  kill(system: ClusterSystem): void {
    const process = this.#processOf(system);
    if (!process.isRunning) return;
    process.kill();
    this.network.crash(process.options.host);
  }

  /** The machine of a node loses its power: nothing answers there any more, and nobody is told. */
  powerOff(system: ClusterSystem): void {
    const process = this.#processOf(system);
    if (!process.isRunning) return;
    process.kill();
    this.network.powerOff(process.options.host);
  }

  /**
   * A process stands still for a while, as between SIGSTOP and SIGCONT, or while something keeps its event loop busy.
   * Pauses that overlap end with the last of them. Whether its timers or its sockets come first after that is random.
   */
  pause(system: ClusterSystem, ms: number): void {
    this.#processOf(system).pause(ms, this.random() < 0.5 ? "timers" : "network");
  }

  /** Shuts down whoever still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.clock.settle(Promise.all(this.running.map((system) => system.shutdown())));
  }

  #processOf(system: ClusterSystem): SimulatedProcess {
    const process = this.#processes.get(system);
    if (process === undefined) throw new Error(`${system.cluster.self} was not started by this simulated cluster.`);
    return process;
  }
}

export interface SimulatedNodeOptions {
  readonly host?: string;
  readonly system?: string;
  /** 16 hexadecimal digits. Default: random. */
  readonly nodeId?: string;
  /** Of what is random in this node. Default: made from the cluster's and how many nodes were started before. */
  readonly seed?: number | string;
  readonly configure?: (settings: ClusterSettings) => void;
}

function hostOf(index: number): string {
  return `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
