import type { Clock } from "@rollcall/core";
import type { AddressRecord } from "../wire/message.js";
import { nameKey } from "../wire/names.js";
import type { AddressBook, Entry, Family } from "./address-book.js";
import type { Resolve } from "./resolver.js";
import { Trouble } from "./trouble.js";

/** Questions for addresses that are under way at once. */
const AT_ONCE = 32;
/** Seconds until an address is asked for again that could not be found out, or about which no time was said. */
const UNKNOWN_TTL = 5;

export interface Targets {
  /** By name (see `nameKey`); no addresses for a name that has none. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  /** By name, those whose addresses could not be found out. They have their last ones, if there were any. */
  readonly troubles: ReadonlyMap<string, Trouble>;
  /** Seconds until one of the addresses expires. */
  readonly ttl: number;
}

/**
 * The addresses of names. Those that came along with an answer are taken as they are; others are asked for.
 *
 * A target with addresses of one family is not asked about for the other one unless others have such: servers send all
 * they have, and in a network without IPv6 it would double the questions. But what does not fit is left out, so where
 * there is IPv6 it is asked for.
 *
 * @throws the signal's reason when it is aborted by somebody else than the deadline
 */
export async function findTargets(
  names: readonly string[],
  families: readonly Family[],
  glue: readonly AddressRecord[],
  { book, resolve, clock }: { readonly book: AddressBook; readonly resolve: Resolve; readonly clock: Clock },
): Promise<Targets> {
  const unique = [...new Map(names.map((name) => [nameKey(name), name])).values()];
  noteGlue(unique, families, glue, book);
  const usual = families.filter((family) => unique.some((name) => book.fresh(name, family)?.addresses.length));
  const wanted = unique.flatMap((name) => {
    const isKnown = families.some((family) => book.fresh(name, family)?.addresses.length);
    return (isKnown ? usual : families).map((family) => ({ name, family }));
  });

  const entries = new Map<string, Entry[]>();
  const troubles = new Map<string, Trouble>();
  let ttl = Number.POSITIVE_INFINITY;
  await inParallel(wanted, AT_ONCE, async ({ name, family }) => {
    const { entry, trouble } = await find(name, family, book, resolve);
    if (trouble !== undefined) troubles.set(nameKey(name), trouble);
    entries.set(nameKey(name), [...(entries.get(nameKey(name)) ?? []), ...(entry === undefined ? [] : [entry])]);
    const left = entry === undefined || trouble ? UNKNOWN_TTL : (entry.expiresAt - clock.now()) / 1000;
    ttl = Math.min(ttl, left);
  });
  book.keep(unique);
  return {
    addresses: new Map([...entries].map(([name, found]) => [name, found.flatMap(({ addresses }) => addresses)])),
    troubles,
    ttl,
  };
}

function noteGlue(
  names: readonly string[],
  families: readonly Family[],
  glue: readonly AddressRecord[],
  book: AddressBook,
) {
  const wanted = new Set(names.map(nameKey));
  const sets = Map.groupBy(
    glue.filter(({ name, type }) => wanted.has(nameKey(name)) && families.includes(type)),
    ({ name, type }) => `${type} ${nameKey(name)}`,
  );
  for (const [first, ...others] of sets.values()) {
    if (first === undefined) continue;
    const all = [first, ...others];
    const ttl = Math.min(...all.map((record) => record.ttl));
    book.note(
      first.name,
      first.type,
      all.map(({ address }) => address),
      ttl,
    );
  }
}

async function find(
  name: string,
  family: Family,
  book: AddressBook,
  resolve: Resolve,
): Promise<{ entry?: Entry; trouble?: Trouble }> {
  const known = book.fresh(name, family);
  if (known !== undefined) return { entry: known };
  try {
    const { records, ttl = UNKNOWN_TTL } = await resolve({ name, type: family });
    const addresses = records.flatMap((record) => (record.type === "SRV" ? [] : [record.address]));
    return { entry: book.note(name, family, addresses, ttl) };
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    const last = book.last(name, family);
    return { trouble, ...(last === undefined ? {} : { entry: last }) };
  }
}

async function inParallel<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
