/** `npm run bench -- <name> [options]`: runs `integration/bench/<name>.ts`, or says which there are. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runSteps } from "./lib/steps.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const FOLDER = "integration/bench";
const [name, ...options] = process.argv.slice(2);

const usage = `Usage: npm run bench -- <name> [options], where <name> is one of: ${benches().join(", ") || "(none)"}`;

if (name === undefined) {
  console.log(usage);
} else if (!existsSync(join(REPOSITORY, FOLDER, `${name}.ts`))) {
  console.error(`There is no benchmark "${name}".\n${usage}`);
  process.exitCode = 2;
} else {
  const results = await runSteps([
    { name: "build", command: ["npm", "run", "--silent", "build"], essential: true },
    { name, command: ["node", `${FOLDER}/${name}.ts`, ...options] },
  ]);
  process.exitCode = results.at(-1)?.outcome === "passed" ? 0 : 1;
}

/** The programs directly in the folder; what they share lies in folders below. */
function benches(): string[] {
  if (!existsSync(join(REPOSITORY, FOLDER))) return [];
  return readdirSync(join(REPOSITORY, FOLDER))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length));
}
