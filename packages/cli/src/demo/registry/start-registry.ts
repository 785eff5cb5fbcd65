import { fork } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RegistryName, type RegistryServer, registryKind } from "./registries.js";

/** Below those that systems take for connections, of which one might be gone by the time that a server wants it. */
const LEAST_PORT = 10_000;
const MOST_PORT = 32_000;

/** What a keeper is told to run. */
export interface KeptServers {
  /** In the order in which they are started. */
  readonly servers: readonly { readonly program: string; readonly args: readonly string[] }[];
  /** Made for them, and removed with them. */
  readonly folder: string;
}

/** What a keeper tells: that its servers have ended, and what the one wrote last that was the first to. */
export interface KeeperReport {
  readonly kind: "over";
  readonly said: string;
}

/** A registry that runs for one demonstration. Ends with this process, too. */
export interface RunningRegistry {
  readonly url: string;
  /** Why it has ended, once it has without being told to. */
  readonly failure: string | undefined;
  /** Resolves when it has ended and its folder is gone. Idempotent. */
  stop(): Promise<void>;
}

/** @throws Error that says where to get the program */
export async function startRegistry(name: RegistryName): Promise<RunningRegistry> {
  const kind = registryKind(name);
  const { backend } = kind;
  const other = "startedOnly" in kind.address ? "" : ", or give the address of one that runs with --url";
  // Before anything is made that would have to be removed.
  const program = findProgram(kind, other);
  const before = backend && findProgram(backend, "");
  const ports = await freePorts(kind.ports);
  const folder = mkdtempSync(join(tmpdir(), "rollcall-demo-"));
  for (const [file, text] of Object.entries(kind.files?.(folder, ports) ?? {})) writeFileSync(join(folder, file), text);
  const servers = [
    ...(backend && before ? [{ program: before, args: backend.arguments(folder, ports.slice(1)) }] : []),
    { program, args: kind.arguments(folder, ports) },
  ];
  const kept: KeptServers = { servers, folder };
  const keeper = fork(fileURLToPath(new URL("./registry-keeper.js", import.meta.url)), [JSON.stringify(kept)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let failure: string | undefined;
  keeper.on("message", ({ said }: KeeperReport) => {
    failure = said;
  });
  const ended = once(keeper, "exit");
  return {
    url: kind.url(ports[0] as number, folder),
    get failure() {
      return failure;
    },
    async stop() {
      if (keeper.connected) keeper.disconnect();
      await ended;
    },
  };
}

function findProgram({ program, advice }: RegistryServer, other: string): string {
  const path = onPath(program);
  if (path !== undefined) return path;
  throw new Error(`The program ${program} is not on the path. Install it (${advice})${other}.`);
}

function onPath(program: string): string | undefined {
  const files = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Different ones, since all are taken before any is given back. */
async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer();
    const port = LEAST_PORT + randomInt(MOST_PORT - LEAST_PORT);
    if (await listens(server, port)) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function listens(server: Server, port: number): Promise<boolean> {
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  }
}
