import type { ClusterSystem } from "@rollcall/cluster";
import { SimulatedCluster } from "@rollcall/testkit";

/** How often it is looked whether something has come about, in virtual milliseconds. */
const LOOK_EVERY_MS = 10;

/** Nodes in virtual time, and what they cost: frames on the network, and seconds of this machine. */
export class World {
  readonly cluster: SimulatedCluster;
  readonly size: number;

  private constructor(size: number, seed: number) {
    this.size = size;
    this.cluster = new SimulatedCluster({
      seed,
      discovery: true,
      // They are listed from the start, as by DNS.
      configure: (settings) => {
        settings.announce = false;
      },
    });
  }

  /** Starts nodes that all find the same listing of all of them, at once. */
  static async start(size: number, seed = 1): Promise<World> {
    const world = new World(size, seed);
    const { cluster } = world;
    const started = await Promise.all(Array.from({ length: size }, () => cluster.start()));
    cluster.registry.list(...started.map(({ cluster: { self } }) => ({ host: self.host, port: self.port })));
    return world;
  }

  get systems(): readonly ClusterSystem[] {
    return this.cluster.running;
  }

  /** Lets time pass until all who run see each other, and nobody else, up. */
  async agree(withinMs: number): Promise<void> {
    const { clock } = this.cluster;
    const deadline = clock.now() + withinMs;
    const { systems } = this;
    const dissent = () =>
      systems.find(({ cluster: { membership } }) => {
        return membership.size !== systems.length || membership.withStatus("up").length !== systems.length;
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
