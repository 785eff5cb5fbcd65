/**
 * `npm run sbom`: writes what each published package is made of, with versions, licences and hashes, as CycloneDX 1.5,
 * to `.cache/sbom/<package>.cdx.json`. Reads the lock file only. Fails if one does not keep to the schema. The release
 * attaches these.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { type BillOfMaterials, billOf } from "./lib/bill-of-materials.ts";
import { BUNDLED } from "./lib/dependency-rules.ts";
import { REPOSITORY, workspacePackages } from "./lib/workspace.ts";

const FOLDER = join(REPOSITORY, ".cache/sbom");
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
const bundled = new Set(BUNDLED.keys());

mkdirSync(FOLDER, { recursive: true });
for (const { shortName, manifest } of workspacePackages()) {
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "-w", manifest.name];
  const text = execFileSync("npm", args, { cwd: REPOSITORY, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const bill = billOf(manifest.name, JSON.parse(text) as BillOfMaterials, bundled);
  const written = `${JSON.stringify(bill, undefined, 2)}\n`;
  const errors = await validator.validate(written);
  if (errors !== null) throw new Error(`The bill of ${manifest.name} is not CycloneDX 1.5: ${JSON.stringify(errors)}`);
  writeFileSync(join(FOLDER, `${shortName}.cdx.json`), written);
  console.log(`${manifest.name}: ${bill.components.length} packages besides itself`);
}
