/**
 * `registry-keeper.js SERVER`: runs a registry for the demonstration, and ends it when the demonstration has gone,
 * however that went. The server is in a process group of its own, because Ctrl-C goes to every process of the terminal's
 * and the nodes need the registry to take their leave.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { KeeperReport, KeptServer } from "./start-registry.js";

/** How long the server may take to end, in milliseconds. */
const STOP_LIMIT_MS = 3_000;
/** As much of what it wrote last as is of use, in characters. */
const COMPLAINT_LENGTH = 2_000;

const { program, args, folder } = JSON.parse(process.argv[2] ?? "") as KeptServer;
const server = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
let complaint = "";
server.stderr.setEncoding("utf8").on("data", (text: string) => {
  complaint = (complaint + text).slice(-COMPLAINT_LENGTH);
});
server.on("error", (error) => over(error.message));
server.on("close", () => over(complaint));

process.on("SIGINT", () => {});
process.on("SIGTERM", stop);
process.once("disconnect", stop);

function stop(): void {
  server.kill("SIGTERM");
  setTimeout(() => server.kill("SIGKILL"), STOP_LIMIT_MS).unref();
}

function over(said: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const report: KeeperReport = { kind: "over", said: said.trim() };
  if (process.connected) process.send?.(report, () => process.exit());
  else process.exit();
}
