import type { Verdicts } from "../lib/verdicts.ts";
import { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const REPORT_EVERY_MS = 600_000;
/** What is asked of a thousand nodes; fewer have it easier. */
const LIMIT_SECONDS = 300;

/** Lets a cluster rest for an hour of virtual time, and tells how long that took. */
export async function measureHour(nodes: number, seed: number, verdicts: Verdicts): Promise<void> {
  console.log(`\n${nodes} nodes for a virtual hour (seed ${seed})`);
  const world = await World.start(nodes, seed);
  await world.agree(60_000);
  let frames = 0;
  let seconds = 0;
  let processor = 0;
  for (let passed = REPORT_EVERY_MS; passed <= HOUR_MS; passed += REPORT_EVERY_MS) {
    const part = await world.measure(() => world.cluster.clock.advance(REPORT_EVERY_MS));
    frames += part.frames;
    seconds += part.seconds;
    processor += part.processorSeconds;
    const memory = Math.round(process.memoryUsage().rss / 1e6);
    const time = `${seconds.toFixed(1)} s real (${processor.toFixed(1)} s of processor)`;
    console.log(`  ${passed / 60_000} minutes: ${time}, ${frames} frames, ${memory} MB`);
  }
  await world.agree(0);
  verdicts.atMost(`real time of a virtual hour, ${nodes} nodes`, seconds, LIMIT_SECONDS, " s");
}
