import { type Clock, DiscoveryError } from "@rollcall/core";
import type { Bus } from "./bus.js";

export interface AnswerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly answerTimeoutMs: number;
}

/** A round trip with a limit. @throws DiscoveryError `TIMED_OUT`, or why the bus was lost meanwhile */
export function answered(bus: Bus, { name, clock, answerTimeoutMs }: AnswerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(answerTimeoutMs, () => {
      const message =
        `${name}: the NATS server has not answered for ${answerTimeoutMs} ms. Is it overloaded or stopped, or the way ` +
        "to it cut? Otherwise raise answerTimeoutMs.";
      reject(new DiscoveryError("TIMED_OUT", message, { adapter: name }));
    });
    bus
      .roundTrip()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
