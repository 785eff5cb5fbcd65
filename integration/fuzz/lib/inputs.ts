import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** The inputs that earlier searches have kept, from `corpus/<target>.txt`: one a line, in base64. */
export function readCorpus(target: string): Uint8Array[] {
  const file = join(FOLDER, "corpus", `${target}.txt`);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Buffer.from(line, "base64"));
}

/** Replaces the inputs to begin with. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const lines = inputs.filter(({ length }) => length > 0).map((input) => Buffer.from(input).toString("base64"));
  mkdirSync(join(FOLDER, "corpus"), { recursive: true });
  writeFileSync(join(FOLDER, "corpus", `${target}.txt`), `${lines.join("\n")}\n`);
}

/** Inputs that a target has not stood once, from `findings/<target>/`, by file name. */
export function readFindings(target: string): [name: string, input: Buffer][] {
  const folder = join(FOLDER, "findings", target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name))]);
}

/** Keeps an input that was not stood, and says in which file. */
export function writeFinding(target: string, input: Uint8Array): string {
  const folder = join(FOLDER, "findings", target);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${createHash("sha256").update(input).digest("hex").slice(0, 12)}.bin`);
  writeFileSync(file, input);
  return file;
}
