import type { ClusterSystem } from "@rollcall/cluster";
import { FrameTrace, SimulatedCluster } from "@rollcall/testkit";

/** How often it is looked whether something has come about, in virtual milliseconds. */
const LOOK_EVERY_MS = 10;

export interface WorldOptions {
  /** Whether every frame goes into the trace, which takes its time. Default false. */
  readonly isTraced?: boolean;
  /** How many of the nodes are listed. Default all. */
  readonly listed?: number;
}

/** Nodes in virtual time, and what they cost: frames on the network, and seconds of this machine. */
export class World {
  readonly cluster: SimulatedCluster;
  readonly #trace = new FrameTrace();

  private constructor(seed: number, isTraced: boolean) {
    this.cluster = new SimulatedCluster({
      seed,
      ...(isTraced ? { trace: this.#trace } : {}),
      discovery: true,
      // They are listed from the start, as by DNS.
      configure: (settings) => {
        settings.announce = false;
      },
    });
  }

  /** Starts nodes that all find the same listing, at once. */
  static async start(size: number, seed: number, options: WorldOptions = {}): Promise<World> {
    const { isTraced = false, listed = size } = options;
    const world = new World(seed, isTraced);
    const { cluster } = world;
    const started = await Promise.all(Array.from({ length: size }, () => cluster.start()));
    const endpoints = started.map(({ cluster: { self } }) => ({ host: self.host, port: self.port }));
    cluster.registry.list(...endpoints.slice(0, listed));
    return world;
  }

  get systems(): readonly ClusterSystem[] {
    return this.cluster.running;
  }

  /** Two worlds with the same have been the same so far, frame by frame. */
  get trace(): string {
    return `${this.#trace.digest} of ${this.#trace.frames} frames`;
  }

  /** Lets time pass until all who run see each other, and nobody else, up. */
  async agree(withinMs: number): Promise<void> {
    const { clock } = this.cluster;
    const deadline = clock.now() + withinMs;
    const { systems } = this;
    const ids = systems.map(({ cluster }) => cluster.self.id);
    const dissent = () =>
      systems.find(({ cluster: { membership } }) => {
        return membership.size !== ids.length || !ids.every((id) => membership.get(id)?.status === "up");
      });
    for (let other = dissent(); other !== undefined; other = dissent()) {
      if (clock.now() > deadline) {
        const { self, membership } = other.cluster;
        throw new Error(`After ${withinMs} virtual ms ${self} sees ${membership.withStatus("up").length} up.`);
      }
      await clock.advance(LOOK_EVERY_MS);
    }
  }

  /** What something costs. */
  async measure(work: () => Promise<void>): Promise<Cost> {
    const { clock, network } = this.cluster;
    const before = { ...network.traffic, virtualMs: clock.now(), at: performance.now(), cpu: processorSeconds() };
    await work();
    return {
      frames: network.traffic.frames - before.frames,
      bytes: network.traffic.bytes - before.bytes,
      virtualMs: clock.now() - before.virtualMs,
      seconds: (performance.now() - before.at) / 1_000,
      processorSeconds: processorSeconds() - before.cpu,
    };
  }
}

export interface Cost {
  readonly frames: number;
  readonly bytes: number;
  readonly virtualMs: number;
  /** Of this machine, which may have had other things to do. */
  readonly seconds: number;
  /** That this process was given. */
  readonly processorSeconds: number;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** `12 frames and 345 bytes a node and second` */
export function perNodeAndSecond(cost: Cost, nodes: number): { readonly frames: number; readonly bytes: number } {
  const share = nodes * (cost.virtualMs / 1_000);
  return { frames: cost.frames / share, bytes: cost.bytes / share };
}
