import type { AddressRecord, Question, SrvRecord, WantedType } from "../wire/message.js";
import { candidates, nameKey, type Search } from "../wire/names.js";
import { type AskOptions, ask } from "./ask.js";
import type { Answer } from "./reply.js";
import { Trouble } from "./trouble.js";

/** As many as resolvers usually follow. */
const MAX_ALIASES = 8;

export type Resolve = (question: Question) => Promise<Answer>;

/**
 * A question's answer, with the aliases followed that the server did not follow.
 *
 * @throws Trouble, or the signal's reason
 */
export async function resolve(question: Question, options: AskOptions): Promise<Answer> {
  const seen = new Set<string>();
  let [name, ttl] = [question.name, Number.POSITIVE_INFINITY];
  for (;;) {
    if (seen.has(nameKey(name)) || seen.size > MAX_ALIASES) {
      const what = `the aliases of ${question.name} lead in a circle or are more than ${MAX_ALIASES} (${[...seen].join(", ")})`;
      throw new Trouble("INVALID_RESPONSE", `${what}; correct the zone's CNAME records`);
    }
    seen.add(nameKey(name));
    const answer = await ask({ ...question, name }, options);
    ttl = Math.min(ttl, answer.ttl ?? ttl);
    if (answer.alias === undefined) return ttl === Number.POSITIVE_INFINITY ? answer : { ...answer, ttl };
    name = answer.alias;
  }
}

/** What was found under the first name that has anything. */
export interface Found {
  readonly records: readonly (AddressRecord | SrvRecord)[];
  readonly glue: readonly AddressRecord[];
  readonly malformed: readonly string[];
  /** Seconds until another answer is possible, as far as servers have said. */
  readonly ttl?: number;
}

/**
 * Looks for records of some types under a name and, while there are none, under it in the search domains. A failure
 * ends the search: the next name may belong to somebody else, and what is under this one is not known.
 *
 * @throws Trouble, or the signal's reason
 */
export async function search(
  name: string,
  types: readonly WantedType[],
  where: Search,
  options: AskOptions,
): Promise<Found> {
  const answers: Answer[] = [];
  for (const candidate of candidates(name, where)) {
    const found = await Promise.all(types.map((type) => resolve({ name: candidate, type }, options)));
    answers.push(...found);
    if (found.some(({ records }) => records.length > 0)) break;
  }
  const ttls = answers.flatMap(({ ttl }) => ttl ?? []);
  return {
    records: answers.flatMap(({ records }) => records),
    glue: answers.flatMap(({ glue }) => glue),
    malformed: answers.flatMap(({ malformed }) => malformed),
    ...(ttls.length > 0 ? { ttl: Math.min(...ttls) } : {}),
  };
}
