import { appendFile, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Whoever changes the file has it for some milliseconds; one that died while it did is not waited for any longer. */
const LOCK_LIMIT_MS = 1_000;
const LOCK_RETRY_MS = 5;

/** Adds a line to a file that several processes share. Atomic: readers see the line or do not. */
export async function addLine(file: string, line: string): Promise<void> {
  // One write of a few bytes to a file opened for appending lands in one piece (POSIX write), after all others.
  await locked(file, () => appendFile(file, `${line}\n`));
}

/** Takes a line out again. Atomic: readers see the old file or the new one. */
export async function removeLine(file: string, line: string): Promise<void> {
  await locked(file, async () => {
    const lines = (await readFile(file, "utf8")).split("\n");
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, lines.filter((each) => each !== line).join("\n"));
    await rename(draft, file);
  });
}

/** Runs `change` while no other process does; without this a line added during a removal would be lost. */
async function locked(file: string, change: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`;
  const giveUpAt = performance.now() + LOCK_LIMIT_MS;
  for (;;) {
    try {
      await (await open(lock, "wx")).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (performance.now() > giveUpAt) await rm(lock, { force: true });
      else await sleep(LOCK_RETRY_MS);
    }
  }
  try {
    await change();
  } finally {
    await rm(lock, { force: true });
  }
}
