/**
 * `node scripts/stamp-repository.ts <url>`: writes into each package.json that is published where its source is. The
 * release does that, and says where it runs: npm takes a package with provenance only if the two are the same.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const [url] = process.argv.slice(2);
if (url === undefined || !URL.canParse(url)) {
  console.error("Usage: node scripts/stamp-repository.ts <url of the repository>");
  process.exitCode = 1;
} else {
  for (const { folder, manifest } of workspacePackages()) {
    const repository = { type: "git", url: `git+${url}.git`, directory: folder };
    const file = join(REPOSITORY, folder, "package.json");
    writeFileSync(file, `${JSON.stringify({ ...manifest, repository }, undefined, 2)}\n`);
  }
}
