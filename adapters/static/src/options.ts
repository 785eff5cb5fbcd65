import { DiscoveryError, isPort } from "@rollcall/core";

export interface StaticListOptions {
  /** The port of texts that name none. Without it every text needs a port. */
  readonly defaultPort?: number;
}

export interface StaticFileOptions extends StaticListOptions {
  /** The file's path; a relative one counts from the working directory at construction. */
  readonly file: string;
  /**
   * `lines`: one `host:port` per line, `#` begins a comment. `json`: an array of texts and instances, or an object with
   * such an array under `instances`. Default `auto`: `json` when the name ends so or the text begins so, else `lines`.
   */
  readonly format?: "auto" | "json" | "lines";
  /**
   * Milliseconds between reads that happen in any case. Changes are noticed through the operating system much sooner;
   * this is for what it does not tell of: network file systems, links to other directories. Default 5000.
   */
  readonly pollMs?: number;
  /**
   * Milliseconds for which a changed file must stay the same before it counts, so that one being written is not taken
   * for complete; ten times as long when it looks cut off (empty, missing, JSON that does not end, a last line without
   * an end). Shorter passes changes on sooner and trusts writers more. Lookups may take twenty times as long before they
   * fail with `TIMED_OUT`, at least 3 s. Default 100.
   */
  readonly settleMs?: number;
}

export interface StaticEnvOptions extends StaticListOptions {
  /** The variable's name. Its value: `host:port` texts between commas or spaces, read at each subscribe and lookup. */
  readonly env: string;
}

/** What an option is when it is not given; durations in milliseconds. */
export const STATIC_DEFAULTS = Object.freeze({ format: "auto", pollMs: 5000, settleMs: 100 } as const);

/** @throws DiscoveryError `INVALID_OPTION` naming the option */
export function checkListOptions({ defaultPort }: StaticListOptions): void {
  require(defaultPort === undefined || isPort(defaultPort), "defaultPort", "a whole number from 1 to 65535");
}

/** @throws DiscoveryError `INVALID_OPTION` naming the option */
export function checkSourceOptions(options: Partial<StaticFileOptions & StaticEnvOptions>): void {
  const { file, env, format, pollMs, settleMs } = options;
  require((file === undefined) !== (env === undefined), "file or env", "given, and not both");
  require(file === undefined || isText(file), "file", "a path");
  require(env === undefined || (isText(env) && !env.includes("=")), "env", "the name of a variable");
  require([undefined, "auto", "json", "lines"].includes(format), "format", '"auto", "json" or "lines"');
  require(pollMs === undefined || isDuration(pollMs), "pollMs", "a number of milliseconds above 0");
  require(settleMs === undefined || isDuration(settleMs), "settleMs", "a number of milliseconds above 0");
  for (const option of ["format", "pollMs", "settleMs"] as const) {
    require(env === undefined || options[option] === undefined, option, "left out with env: it is about files");
  }
  checkListOptions(options);
}

function require(holds: boolean, option: string, what: string): void {
  if (!holds) throw new DiscoveryError("INVALID_OPTION", `staticDiscovery: ${option} must be ${what}.`);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}
