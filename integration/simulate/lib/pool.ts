import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Report, Task } from "./protocol.ts";

const WORKER = fileURLToPath(new URL("../programs/worker.ts", import.meta.url));

/**
 * Gives tasks to a few processes, the next one to whoever is done.
 *
 * @param signal no task is given out any more, and those under way are dropped
 * @throws Error if a worker dies, saying with which seed
 */
export async function playAll(
  tasks: Iterator<Task>,
  workers: number,
  signal: AbortSignal,
  onReport: (report: Report) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => work(tasks, signal, onReport)));
}

async function work(tasks: Iterator<Task>, signal: AbortSignal, onReport: (report: Report) => void): Promise<void> {
  const worker = fork(WORKER);
  try {
    for (let next = tasks.next(); !next.done && !signal.aborted; next = tasks.next()) {
      const report = await ask(worker, next.value, signal);
      if (report !== undefined) onReport(report);
    }
  } finally {
    worker.kill("SIGKILL");
  }
}

function ask(worker: ChildProcess, task: Task, signal: AbortSignal): Promise<Report | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off("message", answered).off("exit", died);
      signal.removeEventListener("abort", stop);
      act();
    };
    const answered = (report: Report) => settle(() => resolve(report));
    const died = (code: number | null, by: string | null) => {
      settle(() => reject(new Error(`A worker ended (${by ?? code}) while it played seed ${task.seed}.`)));
    };
    const stop = () => settle(() => resolve(undefined));
    worker.on("message", answered).on("exit", died);
    signal.addEventListener("abort", stop);
    worker.send(task);
  });
}
