import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Verdicts } from "../lib/verdicts.ts";
import type { MemoryFigures } from "./memory-node.ts";

const PROGRAM = fileURLToPath(new URL("memory-node.ts", import.meta.url));
/** What asking and measuring may leave by themselves: compiled code, and what V8 keeps about it. */
const GROWTH_LIMIT_KB = 1_024;
const ACTORS = 100_000;

/** What an actor takes, and what calls leave behind. */
export async function measureMemory(calls: number, slack: number, verdicts: Verdicts): Promise<void> {
  const child = fork(PROGRAM, [String(ACTORS), String(calls)], {
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
  console.log(`\nmemory: ${ACTORS} actors, ${calls} calls between two nodes in one process`);
  verdicts.atMost("an actor without fields of its own", figures.bytesPerActor, 1_024, " B");
  verdicts.atMost(`growth of the heap by ${calls} calls`, figures.growthKb, GROWTH_LIMIT_KB / slack, " kB");
}
