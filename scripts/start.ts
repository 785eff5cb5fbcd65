/**
 * `npm start`: builds, and runs the demonstration. The programs of a registry that it asks for are found where tests find
 * them, or fetched as they do, and put on the path.
 *
 * It is the process that npm starts (`exec` in package.json: a shell between them would keep SIGTERM to itself) and the
 * one that the demonstration runs in, so that whatever npm and the terminal send gets there, and nothing is passed on.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
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
/** Those that ask for the end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

// A test builds before, and not while others run on what was built.
if (process.env.ROLLCALL_BUILT === undefined) {
  await build("tsc", "-b", "packages/cli");
  await build(process.execPath, join(REPOSITORY, "scripts/bundle.ts"));
}

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
Object.assign(process.env, environment, { PATH: [...folders, process.env.PATH].join(delimiter) });
const program = join(REPOSITORY, "packages/cli/dist/bin.js");
process.argv = [process.execPath, program, "demo", ...args];
await import(pathToFileURL(program).href);

/** Ends this process, with the code of the command, if it fails. */
async function build(command: string, ...rest: string[]): Promise<void> {
  const child = spawn(command, rest, { cwd: REPOSITORY, stdio: "inherit" });
  const stop = (name: NodeJS.Signals) => {
    // The compiler would go on until it is done. What it has not finished it makes again the next time.
    child.kill("SIGKILL");
    process.exit(128 + constants.signals[name]);
  };
  for (const name of SIGNALS) process.on(name, stop);
  const [code] = await once(child, "exit");
  for (const name of SIGNALS) process.off(name, stop);
  if (code !== 0) process.exit((code as number | null) ?? 1);
}
