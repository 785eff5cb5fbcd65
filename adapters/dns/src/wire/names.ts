const LABEL = /^[!-\-/-~]{1,63}$/;
/** 255 bytes on the wire, which has one more for the first label's length and one for the root. */
const MAX_NAME = 253;

/** One spelling per name: neither case nor the root's dot makes a difference. */
export function nameKey(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

/** Whether a text can be asked for: labels of 1 to 63 printable ASCII characters. The root's dot may follow. */
export function isDomainName(name: unknown): name is string {
  if (typeof name !== "string") return false;
  const bare = name.replace(/\.$/, "");
  return bare.length <= MAX_NAME && bare.split(".").every((label) => LABEL.test(label));
}

export interface Search {
  /** Tried after a name that is not found, in this order. */
  readonly searchDomains: readonly string[];
  /** A name with at least so many dots is asked for as it is first, and only then in the search domains. */
  readonly ndots: number;
}

/**
 * The names to try one after the other, as resolv.conf(5) has it; without dots at their ends. A dot at the end of the
 * name that was asked for makes it the only one.
 */
export function candidates(name: string, { searchDomains, ndots }: Search): string[] {
  const bare = name.replace(/\.$/, "");
  if (bare !== name) return [bare];
  const searched = searchDomains.map((domain) => `${bare}.${domain.replace(/\.$/, "")}`).filter(isDomainName);
  return bare.split(".").length > ndots ? [bare, ...searched] : [...searched, bare];
}
