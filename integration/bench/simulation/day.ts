import type { Verdicts } from "../lib/verdicts.ts";
import { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const LOSS = 0.05;

/**
 * Lets a cluster to which nothing happens live for some hours on links that lose one segment in twenty, and counts how
 * often anybody was taken for unreachable, and how often downed.
 */
export async function measureDay(nodes: number, hours: number, seed: number, verdicts: Verdicts): Promise<void> {
  console.log(`\n${nodes} nodes for ${hours} virtual hours, every link losing ${100 * LOSS} % (seed ${seed})`);
  const world = await World.start(nodes, seed);
  await world.agree(60_000);
  world.cluster.network.impair({ loss: LOSS });
  const seen = { unreachable: 0, down: 0 };
  for (const { cluster } of world.systems) void count(cluster.events, seen);
  let frames = 0;
  let seconds = 0;
  for (let passed = 1; passed <= hours; passed++) {
    const part = await world.measure(() => world.cluster.clock.advance(HOUR_MS));
    frames += part.frames;
    seconds += part.seconds;
    const soFar = `${frames} frames, unreachable to somebody ${seen.unreachable} times, ${seen.down} downed`;
    console.log(`  ${passed} hours: ${seconds.toFixed(1)} s real, ${soFar}`);
  }
  await world.agree(0);
  verdicts.atMost(`false downs in ${hours} virtual hours, ${nodes} nodes, ${100 * LOSS} % lost`, seen.down, 0, "");
}

async function count(
  events: World["systems"][number]["cluster"]["events"],
  seen: { unreachable: number; down: number },
): Promise<void> {
  for await (const event of events) {
    if (event.kind === "reachability" && event.member.reachability === "unreachable") seen.unreachable++;
    if (event.kind === "membership" && event.to === "down") seen.down++;
  }
}
