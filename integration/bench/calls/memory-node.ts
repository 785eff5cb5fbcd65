/** Two nodes in one process: how much its heap holds with many actors, and after many calls. Needs `--expose-gc`. */
import { ClusterSystem } from "@rollcall/cluster";
import { staticDiscovery } from "@rollcall/static";
import { order } from "./party.ts";
import { Desk } from "./rollcall-party.ts";

export interface MemoryFigures {
  readonly bytesPerActor: number;
  readonly growthKb: number;
}

/** Until code is compiled and buffers have the size that they need. */
const WARM_UP = 100_000;
const IN_FLIGHT = 1_024;
const GC_ROUNDS = 8;
const GC_PAUSE_MS = 20;

const [actors, calls] = process.argv.slice(2).map(Number) as [number, number];
const [server, client] = await startTwo();
const ref = client.resolve(Desk, String(server.spawn(Desk)));

await makeCalls(WARM_UP);
const before = await heapBytes();
await makeCalls(calls);
// Less than before is no growth: warming up leaves something as well.
const growthKb = Math.max(0, (await heapBytes()) - before) / 1_024;

const without = await heapBytes();
// Whoever spawns them keeps references.
const desks = Array.from({ length: actors }, () => server.spawn(Desk));
const bytesPerActor = ((await heapBytes()) - without) / desks.length;

const figures: MemoryFigures = { bytesPerActor, growthKb };
process.send?.(figures);
process.once("disconnect", () => process.exit(0));

async function startTwo(): Promise<[ClusterSystem, ClusterSystem]> {
  const first = await ClusterSystem.start("bench", (settings) => {
    settings.node.port = 0;
  });
  const second = await ClusterSystem.start("bench", (settings) => {
    settings.node.port = 0;
    settings.discovery = staticDiscovery([first.cluster.self.address]);
  });
  await second.cluster.joined();
  return [first, second];
}

async function makeCalls(count: number): Promise<void> {
  let left = count;
  const caller = async () => {
    while (left-- > 0) await ref.place(order(left));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
}

/** What is held when all that can go has gone, which takes V8 several rounds, and some of it between them. */
async function heapBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < GC_ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, GC_PAUSE_MS));
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
