/** Says which imports, declarations and references break the rules of `lib/dependency-rules.ts`. */
import { checkDependencies } from "./lib/dependency-check.ts";
import { REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const problems = checkDependencies(REPOSITORY);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`\n${problems.length} problem(s). The rules are in scripts/lib/dependency-rules.ts.`);
  process.exitCode = 1;
} else {
  console.log(`${workspacePackages().length} packages keep to the dependency rules.`);
}
