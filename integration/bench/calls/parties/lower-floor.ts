import { floorParty } from "../floor-party.ts";

/** A number is given again as soon as its answer is there: faster than any map, and good for nothing with time-outs. */
export const party = floorParty(() => {
  const waiting: (((answer: number) => void) | undefined)[] = [];
  const free: number[] = [];
  return {
    add(resolve) {
      const number = free.pop() ?? waiting.length;
      waiting[number] = resolve;
      return number;
    },
    take(number) {
      const resolve = waiting[number];
      waiting[number] = undefined;
      free.push(number);
      return resolve;
    },
  };
});
