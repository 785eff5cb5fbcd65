/** Seeds from the first to the last, both included. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `2000` as the seeds 1 to 2000, and `501-700` as those.
 *
 * @throws Error naming the option
 */
export function parseSeeds(text: string): SeedRange {
  const { least, most } = parseRange("--seeds", text);
  return least === most && !text.includes("-") ? { first: 1, last: most } : { first: least, last: most };
}

/**
 * Reads `7` as 7 to 7, and `5-9` as that.
 *
 * @throws Error naming the option
 */
export function parseRange(option: string, text: string): { readonly least: number; readonly most: number } {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text);
  const least = Number(match?.[1]);
  const most = Number(match?.[2] ?? match?.[1]);
  if (!(least >= 1 && most >= least)) throw new Error(`${option} takes a number, or two as in 5-9, not ${text}`);
  return { least, most };
}
