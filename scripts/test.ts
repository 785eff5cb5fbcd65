/**
 * `npm test`: builds, lints, checks dependencies and runs every test. Arguments go to vitest, so that
 * `npm test -- adapters/mdns` runs the tests of one folder. Ends with 2 if nothing but tests failed, with 1 if more did.
 */
import { allPassed, runSteps, summary } from "./lib/steps.ts";
import { ONLY_TESTS_FAILED } from "./lib/unsteady.ts";

const results = await runSteps([
  { name: "build", command: ["npm", "run", "--silent", "build"], essential: true },
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "dependencies", command: ["node", "scripts/check-dependencies.ts"] },
  { name: "tests", command: ["vitest", "run", ...process.argv.slice(2)] },
]);
console.log(summary(results));
const others = results.filter(({ name }) => name !== "tests");
process.exitCode = allPassed(results) ? 0 : allPassed(others) ? ONLY_TESTS_FAILED : 1;
