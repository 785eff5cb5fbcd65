/**
 * `npm run ci`: everything that has to hold before a change is taken. Goes on after a failure, so that one run shows
 * all of them, and closes with what failed and a line that counts the tests of all runs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { REPORT_VARIABLE, requiredServers } from "../integration/servers/report.ts";
import { clearResults, closingLine, failureLines, RESULTS_VARIABLE, readFailures, readResults } from "./lib/results.ts";
import { allPassed, runSteps, type Step, type StepResult, summary } from "./lib/steps.ts";
import { filesToRunAgain, ONLY_TESTS_FAILED } from "./lib/unsteady.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const folder = join(REPOSITORY, ".cache/results");
const again = join(folder, "again");
const env = { [RESULTS_VARIABLE]: folder, [REPORT_VARIABLE]: join(folder, "servers.jsonl") };
const benchmark: Step = {
  name: "benchmark",
  command: ["npm", "run", "--silent", "bench", "--", "formation", "--quick"],
};
/** Fails when calls or actors cost several times what they may. */
const callBenchmark: Step = {
  name: "benchmark of calls",
  command: ["npm", "run", "--silent", "bench", "--", "calls", "--quick", "--check"],
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
clearResults(again);
const results = await runSteps([
  { name: "npm test", command: ["npm", "test", "--silent"], env },
  { name: "packages", command: ["npm", "run", "--silent", "check:packages"], env },
  { name: "examples", command: ["npm", "run", "--silent", "check:examples"] },
  { name: "supply chain", command: ["npm", "run", "--silent", "check:supply-chain"] },
  { name: "bills of materials", command: ["npm", "run", "--silent", "sbom"] },
  { name: "unused code", command: ["npm", "run", "--silent", "check:unused"] },
  { name: "simulation", command: ["npm", "run", "--silent", "simulate", "--", "--seeds", "2000"] },
  {
    name: "large simulation",
    command: ["npm", "run", "--silent", "simulate", "--", "--seeds", "20", "--nodes", "100"],
  },
  { name: "fuzzing", command: ["npm", "run", "--silent", "fuzz", "--", "--seconds", "5"] },
  { name: "documentation", command: ["npm", "run", "--silent", "docs:build"] },
  ...(existsSync(join(REPOSITORY, "integration/bench/formation.ts")) ? [benchmark] : []),
  callBenchmark,
  ...discoveryBenchmarks,
]);
// What failed in a crowd may run once more, alone, and is reported all the same.
const files = results[0]?.code === ONLY_TESTS_FAILED ? filesToRunAgain(readFailures(folder)) : [];
if (files.length > 0) {
  const second = { ...env, [RESULTS_VARIABLE]: again };
  const alone = await runSteps([{ name: "unsteady tests, alone", command: ["vitest", "run", ...files], env: second }]);
  results.push(...alone);
  if (allPassed(alone)) results[0] = { ...results[0], outcome: "passed" } as StepResult;
}
const isExcused = files.length > 0 && results[0]?.outcome === "passed";
const failures = readFailures(folder);
if (failures.length > 0) {
  const heading = isExcused ? "Unsteady: failed among all others, passed alone" : "What failed";
  console.log(`\n${heading}\n${failureLines(failures)}`);
}
const counts = readResults(folder);
const closing = isExcused
  ? { ...counts, passed: counts.passed + failures.length, failed: counts.failed - failures.length }
  : counts;
console.log(summary(results));
console.log(closingLine(closing, results.filter(({ outcome }) => outcome === "failed").length));
process.exitCode = allPassed(results) ? 0 : 1;
