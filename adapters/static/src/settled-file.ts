import { readFile, stat } from "node:fs/promises";
import { type Clock, DISCOVERY_DEFAULTS, DiscoveryError, sleep } from "@rollcall/core";

/** How many times longer something that looks cut off must stay the same. */
const DOUBT = 10;
/** A file that never stays the same is read anyway after this many times `settleMs`, if it looks complete. */
const PATIENCE = 100;

/** The lookup time-out that goes with a `settleMs`: the usual 3 s, or more where settling may take as long. */
export function lookupTimeoutMs(settleMs: number): number {
  return Math.max(DISCOVERY_DEFAULTS.timeoutMs, 2 * DOUBT * settleMs);
}

export interface SettledFileOptions {
  readonly name: string;
  readonly file: string;
  readonly settleMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether a text may be what a writer has not finished. */
  readonly looksCutOff: (text: string) => boolean;
}

/**
 * Reads the file once it is not being written: editors replace files by renaming, Kubernetes swaps a symbolic link,
 * and others truncate and then write, so that for a moment there is no file, an empty one, or half of one. What is read
 * must stay the same for `settleMs`; see {@link DOUBT}. Contents are compared and not times of modification, which can
 * be equal for two versions and differ for one.
 *
 * @param known what was read before, if anything; unchanged, it comes back without waiting
 * @returns undefined when the signal aborts
 * @throws DiscoveryError `MISCONFIGURED` (retryable) when there is no such file, `FORBIDDEN`, or `UNAVAILABLE`
 */
export async function readSettled(options: SettledFileOptions, known?: string): Promise<string | undefined> {
  const { clock, settleMs, signal } = options;
  const began = clock.now();
  let last = await attempt(options);
  // A file that has long been as it is need not be watched first; during a session, any change is news.
  let since = began - (known === undefined ? await ageMs(options) : 0);
  while (last.text !== known || known === undefined) {
    const now = clock.now();
    const isSettled = now - since >= waitFor(last, options);
    const isOverdue = now - began >= PATIENCE * settleMs && waitFor(last, options) === settleMs;
    if (isSettled || isOverdue) break;
    await sleep(clock, settleMs / 2, signal);
    if (signal.aborted) return undefined;
    const next = await attempt(options);
    if (next.text !== last.text) since = clock.now();
    last = next;
  }
  if (signal.aborted) return undefined;
  if (last.text === undefined) throw last.problem;
  return last.text;
}

type Attempt = { readonly text: string } | { readonly text?: undefined; readonly problem: DiscoveryError };

async function attempt({ name, file, signal }: SettledFileOptions): Promise<Attempt> {
  try {
    return { text: await readFile(file, { encoding: "utf8", signal }) };
  } catch (error) {
    return { problem: asProblem(error as NodeJS.ErrnoException, name, file) };
  }
}

function waitFor({ text }: Attempt, { settleMs, looksCutOff }: SettledFileOptions): number {
  return text === undefined || looksCutOff(text) ? DOUBT * settleMs : settleMs;
}

/** Milliseconds since the file was written, by the wall clock; none when that lies in the future, many without a file. */
async function ageMs({ file }: SettledFileOptions): Promise<number> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Math.max(0, Date.now() - mtimeMs);
}

function asProblem(cause: NodeJS.ErrnoException, name: string, file: string): DiscoveryError {
  const details = { adapter: name, cause };
  switch (cause.code) {
    case "ENOENT":
    case "ENOTDIR":
      return new DiscoveryError("MISCONFIGURED", `${name}: there is no file ${file}; check the path, or write it.`, {
        ...details,
        retryable: true, // it may be written yet
      });
    case "EISDIR":
      return new DiscoveryError("MISCONFIGURED", `${name}: ${file} is a directory; name a file in it.`, details);
    case "EACCES":
    case "EPERM":
      return new DiscoveryError(
        "FORBIDDEN",
        `${name}: no permission to read ${file}; it needs read permission, and search permission on its directories.`,
        details,
      );
    default:
      return new DiscoveryError("UNAVAILABLE", `${name}: cannot read ${file}: ${cause.message}`, details);
  }
}
