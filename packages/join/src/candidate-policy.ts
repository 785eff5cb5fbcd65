import type { Random, ServiceInstance } from "@rollcall/core";
import type { CandidatePolicy } from "./collaborators.js";

/** Takes candidates at random, so that nodes which see the same listing do not all dial the same few. The default. */
export function randomOrder(random: Random): CandidatePolicy {
  return {
    choose(candidates, room) {
      // Only as much of a Fisher–Yates shuffle as is needed: there may be thousands of candidates and room for three.
      const pool = [...candidates];
      const count = Math.min(room, pool.length);
      for (let index = 0; index < count; index++) {
        const other = index + Math.floor(random() * (pool.length - index));
        const chosen = pool[other] as ServiceInstance;
        pool[other] = pool[index] as ServiceInstance;
        pool[index] = chosen;
      }
      return pool.slice(0, count);
    },
  };
}
