/**
 * `npm run ci`: everything that has to hold before a change is taken. Goes on after a failure, so that one run shows
 * all of them, and closes with a line that counts the tests of all runs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { requiredServers } from "../integration/servers/report.ts";
import { clearResults, closingLine, RESULTS_VARIABLE, readResults } from "./lib/results.ts";
import { allPassed, runSteps, type Step, summary } from "./lib/steps.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const folder = join(REPOSITORY, ".cache/results");
const env = { [RESULTS_VARIABLE]: folder };
const benchmark: Step = {
  name: "benchmark",
  command: ["npm", "run", "--silent", "bench", "--", "formation", "--quick"],
};
/** Of registries that have to be there. */
const discoveryBenchmarks: Step[] = [
  ["etcd-new", "etcd"] as const,
  ["nats-new", "nats"] as const,
  ["kubernetes", "kubernetes"] as const,
]
  .filter(([server]) => requiredServers().includes(server))
  .map(([, registry]) => ({
    name: `benchmark of ${registry}`,
    command: ["npm", "run", "--silent", "bench", "--", "discovery", "--registry", registry, "--quick"],
  }));

clearResults(folder);
const results = await runSteps([
  { name: "npm test", command: ["npm", "test", "--silent"], env },
  { name: "packages", command: ["npm", "run", "--silent", "check:packages"], env },
  { name: "examples", command: ["npm", "run", "--silent", "check:examples"] },
  { name: "unused code", command: ["npm", "run", "--silent", "check:unused"] },
  { name: "simulation", command: ["npm", "run", "--silent", "simulate", "--", "--seeds", "2000"] },
  {
    name: "large simulation",
    command: ["npm", "run", "--silent", "simulate", "--", "--seeds", "20", "--nodes", "100"],
  },
  { name: "documentation", command: ["npm", "run", "--silent", "docs:build"] },
  ...(existsSync(join(REPOSITORY, "integration/bench/formation.ts")) ? [benchmark] : []),
  ...discoveryBenchmarks,
]);
console.log(summary(results));
console.log(closingLine(readResults(folder), results.filter(({ outcome }) => outcome === "failed").length));
process.exitCode = allPassed(results) ? 0 : 1;
