/**
 * `registry-keeper.js SERVERS`: runs a registry for the demonstration, and ends it when the demonstration has gone,
 * however that went. The servers are in process groups of their own, because Ctrl-C goes to every process of the
 * terminal's and the nodes need the registry to take their leave.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import type { KeeperReport, KeptServers } from "./start-registry.js";

/** How long a server may take to end, in milliseconds. */
const STOP_LIMIT_MS = 3_000;
/** As much of what it wrote last as is of use, in characters. */
const COMPLAINT_LENGTH = 2_000;

const { servers, folder } = JSON.parse(process.argv[2] ?? "") as KeptServers;
/** What the server wrote last that was the first to end. */
let said: string | undefined;
let stopping = false;
const running = servers.map(({ program, args }) => {
  const server = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let complaint = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_LENGTH);
  });
  const over = () => {
    said ??= complaint.trim();
    void stop();
  };
  server.on("close", over).on("error", (error) => {
    complaint = error.message;
    over();
  });
  return server;
});

process.on("SIGINT", () => {});
process.on("SIGTERM", stop);
process.once("disconnect", stop);

/** The last first: one may need those that were started before it to end well. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const server of running.toReversed()) await end(server);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const report: KeeperReport = { kind: "over", said: said ?? "" };
  if (process.connected) process.send?.(report, () => process.exit());
  else process.exit();
}

async function end(server: ChildProcess): Promise<void> {
  // One that could not be started has no process.
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "close");
  server.kill("SIGTERM");
  const limit = setTimeout(() => server.kill("SIGKILL"), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}
