/**
 * `npm test`: builds, lints, checks dependencies and runs every test. Arguments go to vitest, so that
 * `npm test -- adapters/mdns` runs the tests of one folder.
 */
import { allPassed, runSteps, summary } from "./lib/steps.ts";

const results = await runSteps([
  { name: "build", command: ["npm", "run", "--silent", "build"], essential: true },
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "dependencies", command: ["node", "scripts/check-dependencies.ts"] },
  { name: "tests", command: ["vitest", "run", ...process.argv.slice(2)] },
]);
console.log(summary(results));
process.exitCode = allPassed(results) ? 0 : 1;
