/**
 * Rollcall discovery without a registry: from a list in the program, from a watched file, or from an environment
 * variable.
 *
 * @packageDocumentation
 */
import { resolve } from "node:path";
import {
  type DefinedDiscovery,
  DiscoveryError,
  defineDiscovery,
  formatEndpoint,
  type InstanceLike,
  type SessionRequest,
  systemClock,
} from "@rollcall/core";
import { looksLikeJson, parseJson, parseLines, parseWords, readable } from "./node-list.js";
import {
  checkListOptions,
  checkSourceOptions,
  STATIC_DEFAULTS,
  type StaticEnvOptions,
  type StaticFileOptions,
  type StaticListOptions,
} from "./options.js";
import { lookupTimeoutMs, readSettled } from "./settled-file.js";
import { watchFile } from "./watched-file.js";

export { STATIC_DEFAULTS, type StaticEnvOptions, type StaticFileOptions, type StaticListOptions } from "./options.js";

/**
 * Lists what the program says, what a file says, or what an environment variable says. It cannot announce.
 *
 * @throws DiscoveryError `INVALID_OPTION` naming the option; `INVALID_ENDPOINT` for an entry of a list in the program
 */
export function staticDiscovery(instances: readonly InstanceLike[], options?: StaticListOptions): DefinedDiscovery;
export function staticDiscovery(options: StaticFileOptions | StaticEnvOptions): DefinedDiscovery;
export function staticDiscovery(
  what: readonly InstanceLike[] | StaticFileOptions | StaticEnvOptions,
  options: StaticListOptions = {},
): DefinedDiscovery {
  if (Array.isArray(what)) return fromList(what, options);
  if (typeof what !== "object" || what === null) {
    throw new DiscoveryError("INVALID_OPTION", "staticDiscovery: give a list of instances, { file } or { env }.");
  }
  checkSourceOptions(what as StaticFileOptions & StaticEnvOptions);
  return "env" in what && what.env !== undefined ? fromEnv(what) : fromFile(what as StaticFileOptions);
}

function fromList(written: readonly InstanceLike[], options: StaticListOptions): DefinedDiscovery {
  checkListOptions(options);
  const entries = written.map((entry, index) => ({ entry, where: `instances[${index}]` }));
  const instances = readable(entries, { ...options, name: "staticDiscovery" }, ({ message, cause }) => {
    throw new DiscoveryError("INVALID_ENDPOINT", message, { cause });
  });
  const name = `static(${summary(instances)})`;
  return defineDiscovery({
    name,
    lookup: async () => instances,
    subscribe: ({ signal }) => once(instances, signal),
  });
}

function fromEnv({ env, ...options }: StaticEnvOptions): DefinedDiscovery {
  const name = `static($${env})`;
  const read = (report: SessionRequest["report"]) => {
    const text = process.env[env];
    if (text !== undefined) return readable(parseWords(text), { ...options, name }, report);
    const message = `${name}: the environment variable is not set; set it to "host:port, …", or to "" for no nodes.`;
    throw new DiscoveryError("MISCONFIGURED", message, { adapter: name });
  };
  return defineDiscovery({
    name,
    lookup: async ({ report }) => read(report),
    subscribe: ({ signal, report }) => once(read(report), signal),
  });
}

function fromFile(given: StaticFileOptions): DefinedDiscovery {
  const { format, pollMs, settleMs, ...options } = { ...STATIC_DEFAULTS, ...given };
  const file = resolve(given.file);
  const name = `static(${given.file})`;
  const isJson = (text: string) =>
    format === "json" || (format === "auto" && (/\.json$/i.test(file) || looksLikeJson(text)));
  const parse = (text: string, report: SessionRequest["report"]) => {
    try {
      return readable(isJson(text) ? parseJson(text) : parseLines(text), { ...options, name }, report);
    } catch (cause) {
      const message = `${name}: ${file} is not usable: ${(cause as Error).message}`;
      throw new DiscoveryError("MISCONFIGURED", message, { adapter: name, retryable: true, cause });
    }
  };
  const looksCutOff = (text: string) => (isJson(text) ? !isParsable(text) : !/\n\s*$/.test(text));
  const source = (signal: AbortSignal) => ({ name, file, settleMs, clock: systemClock, signal, looksCutOff });
  return defineDiscovery({
    name,
    timeoutMs: lookupTimeoutMs(settleMs),
    async lookup({ signal, report }) {
      const text = await readSettled(source(signal));
      return text === undefined ? [] : parse(text, report);
    },
    async *subscribe({ signal, report }) {
      for await (const text of watchFile({ ...source(signal), pollMs, report })) yield parse(text, report);
    },
  });
}

/** The only listing there will be, in a session that lasts until its signal aborts. */
async function* once(instances: InstanceLike[], signal: AbortSignal): AsyncGenerator<InstanceLike[]> {
  yield instances;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function isParsable(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The first two and how many more, for a name. */
function summary(instances: readonly InstanceLike[]): string {
  const shown = instances.slice(0, 2).map((entry) => (typeof entry === "string" ? entry : formatEndpoint(entry)));
  const others = instances.length - shown.length;
  return [...shown, ...(others > 0 ? [`${others} more`] : [])].join(", ");
}
