import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { median } from "../lib/statistics.ts";
import type { Verdicts } from "../lib/verdicts.ts";

const run = promisify(execFile);

/** How long `import "@rollcall/cluster"` takes in a fresh process. */
export async function measureImport(rounds: number, flags: readonly string[], verdicts: Verdicts): Promise<void> {
  const program =
    'const begun = performance.now(); await import("@rollcall/cluster"); console.log(performance.now() - begun)';
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "-e", program], {
      cwd: import.meta.dirname,
    });
    times.push(Number(stdout));
  }
  console.log(`\nimport of @rollcall/cluster, median of ${rounds}`);
  verdicts.atMost("import of @rollcall/cluster", median(times), 60, " ms");
}
