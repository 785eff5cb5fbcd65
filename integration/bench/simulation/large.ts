import { type Cost, World } from "./world.ts";

/** How many the registry lists; each would cost every node a record that it keeps. */
const LISTED = 100;
const REST_MS = 10_000;

/** Forms a cluster so large that not all of its nodes can have met, and lets it go on for a little. */
export async function measureLarge(nodes: number, seed: number): Promise<void> {
  console.log(`\n${nodes} nodes, ${LISTED} of them listed (seed ${seed})`);
  const world = await World.start(nodes, seed, { listed: LISTED });
  tell("form", await world.measure(() => world.agree(120_000)));
  tell("go on", await world.measure(() => world.cluster.clock.advance(REST_MS)));
  await world.agree(0);
  console.log(`  all ${nodes} see each other up; ${world.cluster.network.connections} connections`);
}

function tell(what: string, { virtualMs, seconds, processorSeconds, frames }: Cost): void {
  const time = `${Math.round(virtualMs)} ms virtual, ${seconds.toFixed(1)} s real (${processorSeconds.toFixed(1)} s of processor)`;
  console.log(`  ${what}: ${time}, ${frames} frames, ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
}
