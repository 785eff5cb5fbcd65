/** Compiles the TypeScript blocks of every README and of the documentation. Needs the build. */
import { join } from "node:path";
import { checkExamples, markdownFiles } from "./lib/example-check.ts";
import { REPOSITORY } from "./lib/workspace.ts";

const files = markdownFiles(REPOSITORY);
const { examples, problems } = checkExamples(REPOSITORY, files, join(REPOSITORY, ".cache/examples"));
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    "\nMark a block that is not a program of its own as a fragment (```ts fragment), or give it a context.",
  );
  process.exitCode = 1;
} else {
  console.log(`${examples} examples in ${files.length} files compile.`);
}
