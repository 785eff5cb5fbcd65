import type { Random } from "./mutate.ts";

type Place = readonly [container: unknown[] | Record<string, unknown>, key: string | number];

/** Values at which readers of JSON go wrong: of another type, at a limit, inherited, or much too large. */
const TELLING_VALUES: readonly unknown[] = [
  ...[null, true, false, "", [], {}, 0, 1, -1, 0.5, 2, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 53, -(2 ** 31), 1e308, -0, "__proto__", "constructor", "length", "toString", "\u0000", "\ud800", "é"],
  ...["x".repeat(300), [[[[[[[[]]]]]]]], { toString: 1 }, { length: 1 }, "0000000000000001", "127.0.0.1", "::1", "-"],
];

/** One value in a JSON text changed; nothing if it is none. */
export function mutateJson(
  bytes: Uint8Array,
  other: Uint8Array,
  words: readonly string[],
  random: Random,
): Buffer | undefined {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]) => from[upTo(from.length)] as T;
  const root = [parse(bytes)];
  if (root[0] === undefined) return undefined;
  const places = placesIn(root);
  const [container, key] = pick(places);
  const put = (value: unknown) => {
    (container as Record<string | number, unknown>)[key] = value;
  };
  const old = (container as Record<string | number, unknown>)[key];
  const changes: (() => void)[] = [
    () => put(pick(TELLING_VALUES)),
    () => put(words.length === 0 ? "" : pick(words)),
    () => put(typeof old === "number" ? old + pick([-1, 1, 0.1, 1_000]) : [old]),
    () => put(typeof old === "string" ? old.slice(0, upTo(old.length)) + pick(["", "0", "f", " ", old]) : old),
    () => {
      const [from, at] = pick(places);
      put(structuredClone((from as Record<string | number, unknown>)[at]));
    },
    () => {
      const donor = [parse(other)];
      const [from, at] = pick(placesIn(donor));
      put((from as Record<string | number, unknown>)[at]);
    },
    () => {
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete container[key];
    },
    () => {
      if (Array.isArray(container)) container.splice(Number(key), 0, structuredClone(old));
      else container[pick([...words, "x"])] = old;
    },
  ];
  pick(changes)();
  return Buffer.from(JSON.stringify(root[0]) ?? "");
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

/** Everywhere that there is a value, the whole included. */
function placesIn(root: unknown[]): Place[] {
  const places: Place[] = [];
  const waiting: (unknown[] | Record<string, unknown>)[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [key, value] of Object.entries(next)) {
      places.push([next, Array.isArray(next) ? Number(key) : key]);
      if (typeof value === "object" && value !== null) waiting.push(value as Record<string, unknown>);
    }
  }
  return places;
}
