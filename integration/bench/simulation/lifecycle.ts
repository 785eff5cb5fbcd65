import { SWIM_PRESETS } from "@rollcall/swim";
import type { Verdicts } from "../lib/verdicts.ts";
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
/** How long the downing strategy waits, by default. */
const DOWNING_MS = 1_000;

/** Forms a cluster of a size, lets it rest, and kills a tenth of it; prints what each takes. */
export async function measureLifecycle(
  nodes: number,
  restSeconds: number,
  seed: number,
  verdicts: Verdicts,
): Promise<RestCost> {
  console.log(`\n${nodes} nodes (seed ${seed})`);
  const world = await World.start(nodes, seed, { isTraced: true });
  const { clock, network } = world.cluster;
  const formation = await world.measure(() => world.agree(60_000));
  const { trace } = world;
  const each = Math.round(formation.frames / nodes);
  const megabytes = (formation.bytes / 1e6).toFixed(1);
  tell("form from one listing, all started at once", formation, `${each} frames a node, ${megabytes} MB in all`);

  const meeting = await world.measure(() => clock.advance(WARM_UP_MS + WARM_UP_MS_A_NODE * nodes));
  const early = perNodeAndSecond(meeting, nodes);
  tell("meet everybody once", meeting, `${inShort(early)}; ${network.connections} connections`);

  const rest = await world.measure(() => clock.advance(restSeconds * 1_000));
  const cost = perNodeAndSecond(rest, nodes);
  tell("rest", rest, `${inShort(cost)}; ${Math.round(process.memoryUsage().rss / 1e6)} MB`);

  if (nodes >= 10) {
    const victims = world.systems.filter((_, at) => at % 10 === 7);
    for (const victim of victims) world.cluster.kill(victim);
    const repair = await world.measure(() => world.agree(60_000));
    tell(`remove ${victims.length} that were killed at once`, repair, `${repair.frames} frames`);
    const boundMs = boundOfSwimMs(nodes);
    verdicts.atMost(
      `${victims.length} of ${nodes} killed, removed everywhere`,
      repair.virtualMs,
      boundMs,
      " virtual ms",
    );
  }
  const again = await World.start(nodes, seed, { isTraced: true });
  await again.agree(60_000);
  verdicts.isSo(`formed again with the same seed, it is the same to the bit: ${trace}`, again.trace === trace);
  return { nodes, ...cost };
}

/**
 * By when SWIM promises that everybody knows of a failure: the member is probed by somebody within e/(e − 1) periods, on
 * average, and does not answer; the suspicion ends; the news takes ⌊λ · log2(n + 1)⌋ rounds (Das et al., DSN 2002,
 * sections 3.1 and 4.1). Then the leader waits before it downs.
 */
function boundOfSwimMs(nodes: number): number {
  const { gossipIntervalMs, probeIntervalMs, retransmitFactor, suspicionMaxMs } = SWIM_PRESETS.lan;
  const rounds = Math.floor(retransmitFactor * Math.log2(nodes + 1));
  return (probeIntervalMs * Math.E) / (Math.E - 1) + suspicionMaxMs + rounds * gossipIntervalMs + DOWNING_MS;
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
