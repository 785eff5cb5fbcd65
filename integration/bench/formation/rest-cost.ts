import { mean } from "../lib/statistics.ts";
import type { Verdicts } from "../lib/verdicts.ts";
import { Nodes } from "./nodes.ts";
import type { Usage } from "./protocol.ts";

const NODES = 10;
/** How often a node pings one of the others, by default, in milliseconds. */
const PING_MS = 500;

/** What a cluster of ten costs while nothing happens: bytes, processor time and memory of a node. */
export async function measureRest(seconds: number, flags: readonly string[], verdicts: Verdicts): Promise<void> {
  await using floor = await Nodes.prepare("floor", NODES, flags);
  await floor.start(0, NODES, NODES);
  await using talking = await Nodes.prepare("floor", NODES, flags, PING_MS);
  await talking.start(0, NODES, NODES);
  await using nodes = await Nodes.prepare("rollcall", NODES, flags);
  await nodes.start(0, NODES, NODES);
  await nodes.rest(10);
  const before = await nodes.usage();
  const floorBefore = await floor.usage();
  const talkingBefore = await talking.usage();
  await nodes.rest(seconds);
  const after = await nodes.usage();
  const floorAfter = await floor.usage();
  const talkingAfter = await talking.usage();

  const rate = (from: readonly Usage[], to: readonly Usage[], what: "sentBytes" | "sentFrames" | "cpuMs") =>
    mean(
      to.map((usage, index) => {
        const begin = from[index] as Usage;
        return (usage[what] - begin[what]) / ((usage.at - begin.at) / 1000);
      }),
    );
  const pssMb = (usages: readonly Usage[]) => mean(usages.map((usage) => usage.pssKb)) / 1024;
  const bytes = rate(before, after, "sentBytes");
  // Asking for the figures costs the floor as much as it costs us.
  const floorCpu = rate(floorBefore, floorAfter, "cpuMs");
  const cpu = (rate(before, after, "cpuMs") - floorCpu) / 10;
  const talkingCpu = (rate(talkingBefore, talkingAfter, "cpuMs") - floorCpu) / 10;
  const connections = mean(after.map((usage) => usage.connections));
  console.log(
    `\n${NODES} nodes at rest for ${seconds} s, a node: ${rate(before, after, "sentFrames").toFixed(2)} frames/s,`,
  );
  console.log(
    `  ${connections.toFixed(1)} connections (floor: ${NODES - 1}), PSS ${pssMb(after).toFixed(1)} MB (floor: ${pssMb(floorAfter).toFixed(1)} MB)`,
  );
  console.log(
    `  a bare process that pings as often and answers pings: ${talkingCpu.toFixed(2)} % of a core above the floor`,
  );
  verdicts.atMost("bytes sent per node and second at rest", bytes, 200, " B");
  verdicts.atMost("processor per node at rest, above the floor", cpu, 0.1, " % of a core");
  verdicts.atMost("memory of a node above the floor (PSS)", pssMb(after) - pssMb(floorAfter), 6, " MB");
}
