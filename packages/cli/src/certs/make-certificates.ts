import { access, chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Terminal } from "../terminal/terminal.js";
import { Authority } from "./authority.js";
import { type CertsOptions, fileName } from "./certs-options.js";

const AUTHORITY_DAYS = 365;

/** It cannot be done; the message says why and what to do. */
class Refusal extends Error {}

/** @returns the exit code: 0 when all files are there, 1 when it could not be done; then nothing was replaced */
export async function makeCertificates(options: CertsOptions, { stdout, stderr }: Terminal): Promise<number> {
  const { days, folder, nodes } = options;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await refuseToOverwrite(options);
    const { authority, isNew } = await openAuthority(folder, days);
    const untilItExpires = (authority.expires.getTime() - Date.now()) / DAY_MS;
    if (untilItExpires < days) {
      const left = Math.max(0, Math.floor(untilItExpires));
      const why = `the authority in ${folder} is good for ${left} days only, and a certificate cannot be for longer`;
      throw new Refusal(`${why}: give fewer --days, or remove ca.pem and ca.key for a new one`);
    }
    const made = await Promise.all(nodes.map(async (names) => ({ names, ...(await authority.issue(names, days)) })));
    if (isNew) {
      await put(join(folder, "ca.key"), authority.files.key);
      await put(join(folder, "ca.pem"), authority.files.certificate);
    }
    for (const { names, certificate, key } of made) {
      await put(join(folder, `${fileName(names)}.key`), key);
      await put(join(folder, `${fileName(names)}.pem`), certificate);
    }
    stdout.write(report(options, isNew));
    return 0;
  } catch (error) {
    const { code, message, path } = error as NodeJS.ErrnoException;
    if (!(error instanceof Refusal) && code === undefined) throw error;
    stderr.write(`rollcall certs: ${code === undefined ? message : `${path ?? folder}: ${message}`}\n`);
    return 1;
  }
}

const DAY_MS = 24 * 60 * 60 * 1_000;

async function refuseToOverwrite({ folder, nodes, overwrite }: CertsOptions): Promise<void> {
  if (overwrite) return;
  const files = nodes.flatMap((names) => [".pem", ".key"].map((ending) => join(folder, fileName(names) + ending)));
  const there = await Promise.all(files.map(isThere));
  const found = files.filter((_, at) => there[at]);
  if (found.length > 0) throw new Refusal(`${found.join(", ")} exist already: give --force to replace them`);
}

async function openAuthority(folder: string, days: number): Promise<{ authority: Authority; isNew: boolean }> {
  const [certificateFile, keyFile] = [join(folder, "ca.pem"), join(folder, "ca.key")];
  const [hasCertificate, hasKey] = await Promise.all([isThere(certificateFile), isThere(keyFile)]);
  if (!hasCertificate && !hasKey) {
    return {
      authority: await Authority.create("Rollcall try-out authority", Math.max(days, AUTHORITY_DAYS)),
      isNew: true,
    };
  }
  if (!hasCertificate || !hasKey) {
    const [there, missing] = hasKey ? [keyFile, certificateFile] : [certificateFile, keyFile];
    throw new Refusal(
      `${there} is there and ${missing} is not: bring it back, or remove the other for a new authority`,
    );
  }
  const [certificate, key] = await Promise.all([readFile(certificateFile, "utf8"), readFile(keyFile, "utf8")]);
  try {
    return { authority: await Authority.open({ certificate, key }), isNew: false };
  } catch (error) {
    const why = `${certificateFile} and ${keyFile} cannot be used as an authority (${(error as Error).message})`;
    throw new Refusal(`${why}: remove them for a new one`);
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Whole or not at all, and never readable by others: nodes may be reading it. */
async function put(file: string, text: string): Promise<void> {
  const unfinished = `${file}.new`;
  await rm(unfinished, { force: true });
  await writeFile(unfinished, text, { mode: 0o600, flag: "wx" });
  // Whatever the mask of this process is.
  await chmod(unfinished, 0o600);
  await rename(unfinished, file);
}

function report({ days, folder, nodes }: CertsOptions, isNew: boolean): string {
  const files = nodes.map((names) => `  ${fileName(names)}.pem, ${fileName(names)}.key   for ${names.join(", ")}`);
  const [first = []] = nodes;
  const path = (name: string) => JSON.stringify(resolve(folder, name));
  return `In ${folder}, good for ${days} days:
${files.join("\n")}
  ca.pem   ${isNew ? "the authority: every node needs it" : "the authority that was there; it has signed again"}
  ca.key   makes nodes of whoever has it: keep it away from them

The settings of ${first.join(", ")}:

  settings.node.host = ${JSON.stringify(first[0])};
  settings.tls = {
    ca: ${path("ca.pem")},
    certificate: ${path(`${fileName(first)}.pem`)},
    key: ${path(`${fileName(first)}.key`)},
  };
`;
}
