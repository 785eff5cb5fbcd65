import { type Cost, perNodeAndSecond, World } from "./world.ts";

/** What a cluster costs at rest. */
export interface RestCost {
  readonly nodes: number;
  readonly frames: number;
  readonly bytes: number;
}

/** How long all nodes need to have talked to all others once, with some to spare: a probe of each every 500 ms. */
const WARM_UP_MS_A_NODE = 600;
const WARM_UP_MS = 20_000;

/** Forms a cluster of a size, lets it rest, and kills a tenth of it; prints what each takes. */
export async function measureLifecycle(nodes: number, restSeconds: number, seed: number): Promise<RestCost> {
  console.log(`\n${nodes} nodes (seed ${seed})`);
  const world = await World.start(nodes, seed);
  const { clock, network } = world.cluster;
  const formation = await world.measure(() => world.agree(60_000));
  const each = Math.round(formation.frames / nodes);
  const megabytes = (formation.bytes / 1e6).toFixed(1);
  tell("form from one listing, all started at once", formation, `${each} frames a node, ${megabytes} MB in all`);

  const meeting = await world.measure(() => clock.advance(WARM_UP_MS + WARM_UP_MS_A_NODE * nodes));
  const early = perNodeAndSecond(meeting, nodes);
  tell("meet everybody once", meeting, `${inShort(early)}; ${network.connections} connections`);

  const rest = await world.measure(() => clock.advance(restSeconds * 1_000));
  const cost = perNodeAndSecond(rest, nodes);
  tell("rest", rest, inShort(cost));

  if (nodes >= 10) {
    const victims = world.systems.filter((_, at) => at % 10 === 7);
    for (const victim of victims) world.cluster.kill(victim);
    const repair = await world.measure(() => world.agree(60_000));
    tell(`remove ${victims.length} that were killed at once`, repair, `${repair.frames} frames`);
  }
  return { nodes, ...cost };
}

function tell(what: string, cost: Cost, more: string): void {
  const virtual = cost.virtualMs >= 10_000 ? `${cost.virtualMs / 1_000} s` : `${Math.round(cost.virtualMs)} ms`;
  console.log(`  ${what}: ${virtual} virtual, ${inSeconds(cost)}; ${more}`);
}

function inSeconds({ seconds, processorSeconds }: Cost): string {
  return `${seconds.toFixed(1)} s real (${processorSeconds.toFixed(1)} s of processor)`;
}

function inShort({ frames, bytes }: { readonly frames: number; readonly bytes: number }): string {
  return `${frames.toFixed(2)} frames and ${bytes.toFixed(0)} bytes a node and second`;
}
