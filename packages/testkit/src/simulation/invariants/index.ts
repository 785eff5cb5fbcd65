import type { Invariant } from "../invariant.js";
import { boundedQueues } from "./bounded-queues.js";
import { boundedRetries } from "./bounded-retries.js";
import { eventsAddUp } from "./events-add-up.js";
import { forwardOnly } from "./forward-only.js";
import { neverReturns } from "./never-returns.js";
import { noFalseDown } from "./no-false-down.js";
import { oneLeader } from "./one-leader.js";
import { systemsApart } from "./systems-apart.js";

/** What has to hold in every run. */
export function allInvariants(): Invariant[] {
  return [
    forwardOnly(),
    neverReturns(),
    eventsAddUp(),
    oneLeader(),
    systemsApart(),
    noFalseDown(),
    boundedQueues(),
    boundedRetries(),
  ];
}
