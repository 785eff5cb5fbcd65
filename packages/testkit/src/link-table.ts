import type { Latency } from "./latency.js";

/** What happens to what one host sends to another. */
export interface Link {
  readonly cut: boolean;
  readonly latency: Latency;
  /** The fraction of segments, or datagrams, that get lost. */
  readonly loss: number;
  /** The fraction of datagrams that arrive twice. */
  readonly duplication: number;
}

export type Direction = "both" | "one-way";

/** Which links: from some hosts to others; without hosts, from or to all. */
export interface LinkSelection {
  readonly from?: Iterable<string>;
  readonly to?: Iterable<string>;
  /** Default `both`. */
  readonly direction?: Direction;
}

interface Rule {
  readonly from: ReadonlySet<string> | undefined;
  readonly to: ReadonlySet<string> | undefined;
  readonly direction: Direction;
  readonly link: Partial<Link>;
}

/**
 * The state of the links, as rules over groups of hosts: of those that say something of a link, the latest counts. A
 * thousand hosts cut in two halves are one rule, not a million links.
 */
export class LinkTable {
  /** Goes up with every change; what {@link between} gave is good for as long as it stays. */
  version = 0;
  readonly #usual: Link;
  #rules: Rule[] = [];

  constructor(usual: Omit<Link, "cut">) {
    this.#usual = Object.freeze({ ...usual, cut: false });
  }

  /** Adds a rule. @returns what takes it away again */
  add({ from, to, direction = "both" }: LinkSelection, link: Partial<Link>): () => void {
    const rule: Rule = { from: from && new Set(from), to: to && new Set(to), direction, link };
    this.#rules.push(rule);
    this.version++;
    return () => this.#keep((other) => other !== rule);
  }

  /** Takes away every rule that says something about one aspect of links. */
  remove(aspect: keyof Link): void {
    this.#keep(({ link }) => link[aspect] === undefined);
  }

  between(from: string, to: string): Link {
    if (this.#rules.length === 0) return this.#usual;
    let link = this.#usual;
    for (const rule of this.#rules) if (applies(rule, from, to)) link = { ...link, ...rule.link };
    return link;
  }

  #keep(wanted: (rule: Rule) => boolean): void {
    this.#rules = this.#rules.filter(wanted);
    this.version++;
  }
}

function applies({ from, to, direction }: Rule, a: string, b: string): boolean {
  return leads(from, to, a, b) || (direction === "both" && leads(from, to, b, a));
}

function leads(from: Rule["from"], to: Rule["to"], a: string, b: string): boolean {
  return (from === undefined || from.has(a)) && (to === undefined || to.has(b));
}
