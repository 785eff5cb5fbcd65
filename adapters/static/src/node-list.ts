import { type DiscoveryError, type InstanceLike, normalizeListing, DiscoveryError as Trouble } from "@rollcall/core";

/** An entry as it was written, and where: `line 3`, `instances[2]`. */
export interface WrittenEntry {
  readonly entry: InstanceLike;
  readonly where: string;
}

/** One `host:port` per line; `#` begins a comment. */
export function parseLines(text: string): WrittenEntry[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const entry = line.replace(/#.*/, "").trim();
    return entry === "" ? [] : [{ entry, where: `line ${index + 1}` }];
  });
}

/** Texts between commas or white space. */
export function parseWords(text: string): WrittenEntry[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  return words.map((entry, index) => ({ entry, where: `entry ${index + 1}` }));
}

/**
 * An array of texts and instances, or an object with such an array under `instances`.
 *
 * @throws SyntaxError when it is not JSON, TypeError when it is not such an array; the message completes "is not usable: "
 */
export function parseJson(text: string): WrittenEntry[] {
  const parsed = JSON.parse(text) as InstanceLike[] | { instances?: InstanceLike[] } | null;
  const entries = Array.isArray(parsed) ? parsed : parsed?.instances;
  if (!Array.isArray(entries)) {
    throw new TypeError('it must hold an array of instances, or an object with such an array under "instances"');
  }
  return entries.map((entry, index) => ({ entry, where: `instances[${index}]` }));
}

/** Whether a text is meant as JSON. `[` alone is no proof, since a line may begin with an IPv6 address in brackets. */
export function looksLikeJson(text: string): boolean {
  return /^\s*(\{|\[\s*(["{\]]|$))/.test(text);
}

/**
 * Turns away what core would refuse, with a message that says where it was written.
 *
 * @param refuse hears of each entry that cannot be read, and may throw to refuse them all
 */
export function readable(
  entries: readonly WrittenEntry[],
  options: { readonly name: string; readonly defaultPort?: number },
  refuse: (problem: DiscoveryError) => void,
): InstanceLike[] {
  return entries.flatMap(({ entry, where }) => [
    ...normalizeListing([entry], {
      ...options,
      report({ cause }) {
        const message = `${options.name}: ${where}: ${(cause as Error).message}`;
        refuse(new Trouble("MALFORMED_RECORD", message, { adapter: options.name, cause }));
      },
    }),
  ]);
}
