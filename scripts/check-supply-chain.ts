/**
 * `npm run check:supply-chain`: what comes with our packages. Nothing in the tree of a published one may run a script when
 * it is installed; everything in the lock file has to be signed by its registry. Where the signatures cannot be had, that
 * is said, and fails only with ROLLCALL_REQUIRE=signatures, which the release sets.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { requiredServers } from "../integration/servers/report.ts";
import { installScripts, readLockFile } from "./lib/install-scripts.ts";
import { signatureVerdict } from "./lib/signatures.ts";
import { REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const lockFile = readLockFile(join(REPOSITORY, "package-lock.json"));
const packages = workspacePackages();
let failed = 0;
for (const { folder } of packages) {
  for (const { path, chain } of installScripts(folder, lockFile)) {
    failed++;
    console.error(`${path} runs a script when it is installed; it comes with ${chain.join(" → ")}.`);
  }
}
if (failed === 0)
  console.log(`Nothing in the trees of ${packages.length} packages runs a script when it is installed.`);

const args = ["audit", "signatures", "--json", "--fetch-retries=0", "--fetch-timeout=15000"];
const { status, stdout } = spawnSync("npm", args, { cwd: REPOSITORY, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
const verdict = signatureVerdict(status, stdout);
if (verdict.kind === "verified") console.log("The registry has signed everything in package-lock.json.");
else if (verdict.kind === "refused") console.error(`Signatures: ${verdict.why}.`);
else console.log(`Skipped: signatures (${verdict.why}).`);
if (verdict.kind === "refused" || (verdict.kind === "unknown" && requiredServers().includes("signatures"))) failed++;

process.exitCode = failed === 0 ? 0 : 1;
