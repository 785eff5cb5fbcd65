import { type InMemoryDiscovery, inMemoryDiscovery, type WaitingOptions } from "../../src/index.js";
import { noJitter } from "./seeded-random.js";
import { VirtualClock } from "./virtual-clock.js";

/** Virtual time, what combinators need to run in it, and two hand-driven sources. */
export function world() {
  const clock = new VirtualClock();
  const options: WaitingOptions = { clock, random: noJitter };
  const a = breakable("a");
  const b = breakable("b");
  return { clock, options, a, b };
}

export interface Breakable extends InMemoryDiscovery {
  /** Fails what is open, and everything asked of it until it is set to undefined. */
  trouble: Error | undefined;
}

/** An in-memory discovery that can be out of order for a while. */
export function breakable(name: string): Breakable {
  const memory = inMemoryDiscovery([], { name });
  const { lookup, subscribe, announce } = memory;
  let trouble: Error | undefined;
  const throwIfBroken = () => {
    if (trouble) throw trouble;
  };
  return Object.defineProperty(
    Object.assign(memory, {
      lookup: async (...args: Parameters<typeof lookup>) => {
        throwIfBroken();
        return lookup(...args);
      },
      subscribe: (...args: Parameters<typeof subscribe>) => {
        throwIfBroken();
        return subscribe(...args);
      },
      announce: async (...args: Parameters<typeof announce>) => {
        throwIfBroken();
        return announce(...args);
      },
    }),
    "trouble",
    {
      get: () => trouble,
      set(error: Error | undefined) {
        trouble = error;
        if (error) memory.fail(error);
      },
    },
  ) as Breakable;
}
