/**
 * `npm run sbom`: writes what each published package is made of, with versions, licences and hashes, as CycloneDX 1.5,
 * to `.cache/sbom/<package>.cdx.json`. Reads the lock file only. The release attaches these.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BillOfMaterials, billOf } from "./lib/bill-of-materials.ts";
import { REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const FOLDER = join(REPOSITORY, ".cache/sbom");

mkdirSync(FOLDER, { recursive: true });
for (const { shortName, manifest } of workspacePackages()) {
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--omit", "dev", "-w", manifest.name];
  const text = execFileSync("npm", args, { cwd: REPOSITORY, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const bill = billOf(manifest.name, JSON.parse(text) as BillOfMaterials);
  writeFileSync(join(FOLDER, `${shortName}.cdx.json`), `${JSON.stringify(bill, undefined, 2)}\n`);
  console.log(`${manifest.name}: ${bill.components.length} packages besides itself`);
}
