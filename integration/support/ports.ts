import { once } from "node:events";
import { createServer } from "node:net";

/** Below those from which Linux takes ports for connections: one of these would otherwise be gone by the time it is used. */
const FIRST = 10_000;
const LAST = 32_000;
const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody uses, and that this process gives to nobody else; for tests that have to know it
 * beforehand, or where nobody may answer.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
