import { seededRandom } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { RegistrationLog } from "../../../src/actors/receptionist/registration-log.js";

const LIMITS = { entries: 10, characters: 1_000 };
const actors = (log: RegistrationLog) => [...log].map(({ actor }) => actor).sort();

/** Has a copy take parts from another log until it knows as much. */
function catchUp(copy: RegistrationLog, from: RegistrationLog): void {
  for (let parts = 0; copy.isBehind(from.progress); parts++) {
    if (parts > 10_000) throw new Error("It never catches up.");
    if (copy.apply(from.part(copy.progress, LIMITS)) === undefined) throw new Error("What was asked for does not fit.");
  }
}

test("a copy that has taken in every part holds what the log holds", () => {
  const log = new RegistrationLog();
  const copy = new RegistrationLog();
  for (let at = 0; at < 35; at++) log.add("key", `a${at}`, "greet");
  catchUp(copy, log);
  log.remove(3);
  log.add("key", "b", "greet");
  catchUp(copy, log);
  expect(actors(copy)).toEqual(actors(log));
  expect(copy.progress).toEqual(log.progress);
});

test("a part that does not follow on what is known is refused", () => {
  const log = new RegistrationLog();
  const copy = new RegistrationLog();
  log.add("key", "a", "greet");
  const { progress } = log;
  log.add("key", "b", "greet");
  expect(copy.apply(log.part(progress, LIMITS))).toBeUndefined();
  expect(actors(copy)).toEqual([]);
});

test("a part that comes twice changes nothing the second time", () => {
  const log = new RegistrationLog();
  const copy = new RegistrationLog();
  log.add("key", "a", "greet");
  const part = log.part(copy.progress, LIMITS);
  copy.apply(part);
  expect(copy.apply(part)).toEqual({ added: [], removed: [] });
});

test("an old part does not bring back what was removed", () => {
  const log = new RegistrationLog();
  const copy = new RegistrationLog();
  const { number } = log.add("key", "a", "greet");
  const old = log.part(copy.progress, LIMITS);
  catchUp(copy, log);
  log.remove(number);
  catchUp(copy, log);
  copy.apply(old);
  expect(actors(copy)).toEqual([]);
});

test("a copy that has heard of a removal takes nothing from one that has not", () => {
  const log = new RegistrationLog();
  const behind = new RegistrationLog();
  const copy = new RegistrationLog();
  const { number } = log.add("key", "a", "greet");
  catchUp(behind, log);
  log.remove(number);
  const { after, known, upTo } = log.part(copy.progress, LIMITS);
  copy.apply({ after, known, upTo: { ...upTo, added: 0 }, registrations: [], removals: [] });
  copy.apply(behind.part(copy.progress, LIMITS));
  expect(actors(copy)).toEqual([]);
});

test("a copy that was away for too many removals starts again, and keeps what is still there all the while", () => {
  const log = new RegistrationLog();
  const copy = new RegistrationLog();
  for (let at = 0; at < 30; at++) log.add("key", `stays${at}`, "greet");
  const { number } = log.add("key", "goes", "greet");
  catchUp(copy, log);
  log.remove(number);
  for (let at = 0; at < 3_000; at++) log.remove(log.add("key", `short${at}`, "greet").number);
  const changes = [];
  while (copy.isBehind(log.progress)) {
    changes.push(copy.apply(log.part(copy.progress, LIMITS)));
    expect(copy.size).toBeGreaterThanOrEqual(30);
  }
  expect(actors(copy)).toEqual(actors(log));
  expect(changes.flatMap((change) => change?.added ?? [])).toEqual([]);
  expect(changes.flatMap((change) => change?.removed ?? []).map(({ actor }) => actor)).toEqual(["goes"]);
});

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  "copies that learn from each other in any order hold the same in the end, and nothing comes back (seed %i)",
  (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const log = new RegistrationLog();
    const logs = [log, ...Array.from({ length: 4 }, () => new RegistrationLog())];
    const alive = new Set<number>();
    const gone = logs.map(() => new Set<string>());
    for (let step = 0; step < 4_000; step++) {
      const chance = random();
      if (chance < 0.3) alive.add(log.add("key", `a${step}`, "greet").number);
      else if (chance < 0.6 && alive.size > 0) {
        const number = pick([...alive]);
        alive.delete(number);
        log.remove(number);
      } else {
        const at = 1 + Math.floor(random() * (logs.length - 1));
        const copy = logs[at] as RegistrationLog;
        // Some copies hardly ever hear of anything.
        if (random() < at / logs.length) continue;
        const entries = 1 + Math.floor(random() * 20);
        const part = pick(logs).part(random() < 0.9 ? copy.progress : pick(logs).progress, { ...LIMITS, entries });
        const change = copy.apply(part);
        for (const { actor } of change?.added ?? []) expect(gone[at]?.has(actor)).toBe(false);
        for (const { actor } of change?.removed ?? []) gone[at]?.add(actor);
      }
    }
    for (const copy of logs.slice(1)) {
      catchUp(copy, log);
      expect(actors(copy)).toEqual(actors(log));
      expect(copy.progress).toEqual(log.progress);
    }
  },
);
