import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Names another folder for servers that were fetched, such as one that several checkouts share. */
const CACHE_VARIABLE = "ROLLCALL_SERVER_CACHE";

/** Where servers are kept that were fetched for tests; safe to delete. */
export function serverCache(): string {
  const chosen = process.env[CACHE_VARIABLE];
  return chosen ? resolve(chosen) : fileURLToPath(new URL("../../.cache/servers", import.meta.url));
}

/** How often a process looks whether another one is done fetching, in milliseconds. */
const LOOK_AGAIN_MS = 200;

/**
 * A folder of the cache, made once whoever asks: other processes wait meanwhile, and two different ones are not made at
 * the same time either, because compilers take all the memory there is.
 *
 * @param make fills the folder `root` and may use `work` as it likes
 * @throws what `make` throws; nothing is left behind then
 */
export async function cached(
  name: string,
  make: (root: string, work: string) => Promise<void>,
  cache = serverCache(),
): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await locked(join(cache, ".lock"), async () => {
    if (existsSync(folder)) return;
    const work = await mkdtemp(join(cache, `.${name}-`));
    try {
      const root = join(work, "root");
      await mkdir(root);
      await make(root, work);
      // At once, and last: whoever sees the folder sees all of it.
      await rename(root, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return folder;
}

async function locked(lock: string, act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      const file = await open(lock, "wx");
      await file.writeFile(String(process.pid));
      await file.close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      // Whoever was killed while it held the lock does not hold up the others.
      if (await isAbandoned(lock)) await rm(lock, { force: true });
      else await pause(LOOK_AGAIN_MS);
    }
  }
  try {
    await act();
  } finally {
    await rm(lock, { force: true });
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const pid = Number(await readFile(lock, "utf8").catch(() => ""));
  // Not written yet, or gone again.
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
