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
 * With two families it would be two questions for each name, and in a network without IPv6 half of them for nothing. So
 * when addresses came along, or are still known, their families are what is asked for first; the others only of names
 * that have none of those. Servers send what fits, so that not all of one name need to have come.
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

  const addresses = new Map<string, readonly string[]>();
  const troubles = new Map<string, Trouble>();
  let ttl = Number.POSITIVE_INFINITY;
  const findAll = (of: readonly string[], which: readonly Family[]) => {
    const wanted = of.flatMap((name) => which.map((family) => ({ name, family })));
    return inParallel(wanted, AT_ONCE, async ({ name, family }) => {
      const { entry, trouble } = await find(name, family, book, resolve);
      const key = nameKey(name);
      if (trouble !== undefined) troubles.set(key, trouble);
      addresses.set(key, [...(addresses.get(key) ?? []), ...(entry?.addresses ?? [])]);
      ttl = Math.min(ttl, entry === undefined || trouble ? UNKNOWN_TTL : (entry.expiresAt - clock.now()) / 1000);
    });
  };
  await findAll(unique, usual.length > 0 ? usual : families);
  if (usual.length > 0) {
    const others = families.filter((family) => !usual.includes(family));
    await findAll(
      unique.filter((name) => !addresses.get(nameKey(name))?.length),
      others,
    );
  }
  book.keep(unique);
  return { addresses, troubles, ttl };
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
