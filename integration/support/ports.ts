import { once } from "node:events";
import { createServer, type ListenOptions, type Server } from "node:net";

/** Below those from which Linux takes ports for connections: one of these would otherwise be gone by the time it is used. */
const FIRST = 10_000;
const LAST = 32_000;

/**
 * A port of 127.0.0.1 that nobody uses, and that nobody else is given as long as this process lives: other processes run
 * tests at the same time, and a server that is killed has to come back where it was. For tests that have to know a port
 * beforehand, or where nobody may answer.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if ((await reserved(port)) && (await isFree(port))) return port;
  }
}

const given = new Set<number>();

/** Elsewhere than on Linux, only this process gives it to nobody else. */
async function reserved(port: number): Promise<boolean> {
  if (given.has(port)) return false;
  given.add(port);
  if (process.platform !== "linux") return true;
  // An abstract socket: a name in the same network as the port, which one process can have, and which goes with it.
  const reservation = await listening({ path: `\0rollcall-port-${port}` });
  reservation?.unref();
  return reservation !== undefined;
}

async function isFree(port: number): Promise<boolean> {
  const server = await listening({ port, host: "127.0.0.1" });
  if (server === undefined) return false;
  server.close();
  await once(server, "close");
  return true;
}

/** Undefined if somebody else does. */
async function listening(where: ListenOptions): Promise<Server | undefined> {
  const server = createServer().listen(where);
  try {
    await once(server, "listening");
    return server;
  } catch {
    return undefined;
  }
}
