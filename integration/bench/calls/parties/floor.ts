import { floorParty } from "../floor-party.ts";

/** A map, and numbers that are given once: an answer that comes late cannot be taken for another. */
export const party = floorParty(() => {
  const waiting = new Map<number, (answer: number) => void>();
  let numbers = 0;
  return {
    add(resolve) {
      waiting.set(++numbers, resolve);
      return numbers;
    },
    take(number) {
      const resolve = waiting.get(number);
      waiting.delete(number);
      return resolve;
    },
  };
});
