import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Verdicts } from "../lib/verdicts.ts";
import type { MemoryFigures } from "./memory-node.ts";

const PROGRAM = fileURLToPath(new URL("memory-node.ts", import.meta.url));
/** What asking and measuring may leave by themselves: compiled code, and what V8 keeps about it. */
const GROWTH_LIMIT_KB = 1_024;

/** What an actor takes, and what calls leave behind. Neither depends on how busy the machine is. */
export async function measureMemory(quick: boolean, verdicts: Verdicts): Promise<void> {
  const [actors, calls] = quick ? [100_000, 200_000] : [100_000, 1_000_000];
  const child = fork(PROGRAM, [String(actors), String(calls)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--expose-gc"],
  });
  const over = new AbortController();
  const died = once(child, "exit", over).then(() => {
    throw new Error("The process that measures memory ended before it had.");
  });
  died.catch(() => {});
  const [figures] = (await Promise.race([once(child, "message", over), died])) as [MemoryFigures];
  over.abort();
  child.disconnect();
  console.log(`\nmemory: ${actors} actors, ${calls} calls between two nodes in one process`);
  verdicts.atMost("an actor without fields of its own", figures.bytesPerActor, 1_024, " B");
  verdicts.atMost(`growth of the heap by ${calls} calls`, figures.growthKb, GROWTH_LIMIT_KB, " kB");
}
