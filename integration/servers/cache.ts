import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm, stat, utimes } from "node:fs/promises";
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
/** A lock is touched ten times as often as this while somebody holds it, in milliseconds. */
const ABANDONED_MS = 60_000;

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
      await rename(root, folder).catch((error) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return folder;
}

async function locked(lock: string, act: () => Promise<void>): Promise<void> {
  while (!(await taken(lock))) {
    // Whoever was killed while it held the lock does not hold up the others.
    const heldSince = await stat(lock).catch(() => undefined);
    if (heldSince !== undefined && Date.now() - heldSince.mtimeMs > ABANDONED_MS) await rm(lock, { force: true });
    else await pause(LOOK_AGAIN_MS);
  }
  const renewal = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), ABANDONED_MS / 10);
  try {
    await act();
  } finally {
    clearInterval(renewal);
    await rm(lock, { force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx")).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
