/**
 * `npm start`: the demonstration, as it was built. The program of a registry that it asks for is found where tests find
 * it, or fetched as they do, and put on the path.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findNamed } from "../integration/servers/bind.ts";
import { findConsul } from "../integration/servers/consul.ts";
import { findEtcd } from "../integration/servers/etcd.ts";
import type { Program } from "../integration/servers/find-program.ts";
import { findNats } from "../integration/servers/nats.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  consul: findConsul,
  dns: findNamed,
  etcd: () => findEtcd("any"),
  nats: () => findNats("any"),
};

const args = process.argv.slice(2);
const { discovery, url } = parseArgs({
  args,
  // Everything else is for the demonstration to read.
  strict: false,
  options: { discovery: { type: "string", short: "d" }, url: { type: "string", short: "u" } },
}).values;
const folders: string[] = [];
let environment: NodeJS.ProcessEnv = {};
const find = url === undefined ? PROGRAMS[String(discovery)] : undefined;
if (find) {
  try {
    const { path, env = {} } = await find();
    folders.push(dirname(path));
    environment = env;
  } catch (error) {
    console.error(`${discovery} could not be fetched: ${(error as Error).message}`);
  }
}
const child = spawn(process.execPath, [join(REPOSITORY, "packages/cli/dist/bin.js"), "demo", ...args], {
  stdio: "inherit",
  env: { ...process.env, ...environment, PATH: [...folders, process.env.PATH].join(delimiter) },
});
// Ctrl-C goes to both; what it means is for the demonstration to say. Other signals come to this process alone.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
const [code] = await once(child, "exit");
process.exitCode = (code as number | null) ?? 1;
