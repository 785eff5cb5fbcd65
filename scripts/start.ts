/**
 * `npm start`: the demonstration, as it was built. The programs of a registry that it asks for are found where tests find
 * them, or fetched as they do, and put on the path.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { findNamed } from "../integration/servers/bind.ts";
import { findConsul } from "../integration/servers/consul.ts";
import { findEtcd } from "../integration/servers/etcd.ts";
import type { Program } from "../integration/servers/find-program.ts";
import { findKubeApiServer } from "../integration/servers/kube-apiserver.ts";
import { findNats } from "../integration/servers/nats.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const anyEtcd = () => findEtcd("any");
const PROGRAMS: Readonly<Record<string, readonly (() => Promise<Program>)[]>> = {
  consul: [findConsul],
  dns: [findNamed],
  etcd: [anyEtcd],
  kubernetes: [anyEtcd, findKubeApiServer],
  nats: [() => findNats("any")],
};
/** How long a program may be looked for before somebody has to be told what takes so long, in milliseconds. */
const SILENCE_MS = 2_000;

const args = process.argv.slice(2);
const { discovery, url } = parseArgs({
  args,
  // Everything else is for the demonstration to read.
  strict: false,
  options: { discovery: { type: "string", short: "d" }, url: { type: "string", short: "u" } },
}).values;
const folders: string[] = [];
let environment: NodeJS.ProcessEnv = {};
const finders = (url === undefined && PROGRAMS[String(discovery)]) || [];
const slow = setTimeout(() => {
  if (finders.length > 0) console.error(`Fetching or building what ${discovery} takes. It is kept for the next time.`);
}, SILENCE_MS);
try {
  for (const find of finders) {
    const { path, env = {} } = await find();
    folders.push(dirname(path));
    environment = { ...environment, ...env };
  }
} catch (error) {
  console.error(`${discovery} could not be fetched: ${(error as Error).message}`);
} finally {
  clearTimeout(slow);
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
