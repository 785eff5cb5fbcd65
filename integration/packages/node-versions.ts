import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "./npm.ts";

/** The first release in which `require` takes an ECMAScript module without a flag, by what npm has for a platform. */
const OLDEST: Readonly<Record<string, string>> = { "linux-x64": "22.12.0", "linux-arm64": "22.13.1" };

export interface NodeVersion {
  readonly version: string;
  /** The absolute path of the program. */
  readonly program: string;
}

/** The Node.js that runs this, and the oldest that is supported, where npm has that one for the platform. */
export async function nodeVersions(folder: string): Promise<NodeVersion[]> {
  const platform = `${process.platform}-${process.arch}`;
  const current = { version: process.version, program: process.execPath };
  const oldest = OLDEST[platform];
  if (oldest === undefined) return [current];

  const name = `node-${platform}`;
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: { [name]: oldest } }));
  await install(folder);
  const program = join(folder, "node_modules", name, "bin/node");
  return [{ version: execFileSync(program, ["--version"], { encoding: "utf8" }).trim(), program }, current];
}
