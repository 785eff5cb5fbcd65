import type { DiscoveryRequest } from "@rollcall/core";
import { type BrokenAdapter, iterable, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery } from "../support/hand-written.js";

const leaked: NodeJS.Timeout[] = [];

/** What an adapter forgets to stop. */
function leak(): void {
  leaked.push(setInterval(() => {}, 60_000));
}

/** Stops what the adapters of this file forgot. */
export function stopLeaks(): void {
  for (const timer of leaked.splice(0)) clearInterval(timer);
}

/** An adapter that leaks at one moment of a subscription. */
function leakingOn(moment: "open" | "abort" | "return" | "failure"): BrokenAdapter["make"] {
  return (options) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, {
      subscribe(request: DiscoveryRequest = {}) {
        const inner = correct.subscribe(request);
        if (moment === "open") leak();
        return iterable({
          async next() {
            const result = await inner.next().catch((error) => {
              if (moment === "failure") leak();
              throw error;
            });
            if (result.done && moment === "abort" && request.signal?.aborted) leak();
            return result;
          },
          return() {
            if (moment === "return" && !request.signal?.aborted) leak();
            return inner.return();
          },
        });
      },
    });
  };
}

export const handles: readonly BrokenAdapter[] = [
  {
    that: "connects when it is asked for a subscription",
    make: leakingOn("open"),
    rejectedBy: "a subscription that is never read opens nothing",
    says: /subscribe\(\) without a read leaves 5 × Timeout open .*: open the session at the first next\(\), not before/,
    also: [
      "a subscription that was aborted leaves nothing open",
      "a subscription that was left by break leaves nothing open",
      "a subscription that failed leaves nothing open",
      "a disposed discovery leaves nothing open",
    ],
  },
  {
    that: "keeps its timer when it is aborted",
    make: leakingOn("abort"),
    rejectedBy: "a subscription that was aborted leaves nothing open",
    says: /an aborted subscription leaves 5 × Timeout open .*: hang the clean-up on the signal/,
  },
  {
    that: "keeps its timer after break",
    make: leakingOn("return"),
    rejectedBy: "a subscription that was left by break leaves nothing open",
    says: /a subscription left by break leaves 5 × Timeout open/,
  },
  {
    that: "keeps its timer when it fails",
    make: leakingOn("failure"),
    rejectedBy: "a subscription that failed leaves nothing open",
    says: /a failed subscription leaves 5 × Timeout open/,
  },
  {
    that: "keeps the timer of a lookup's time-out",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        lookup(request) {
          leak();
          return correct.lookup(request);
        },
      });
    },
    rejectedBy: "a lookup leaves nothing open",
    says: /a finished lookup leaves 5 × Timeout open .*: cancel its time-out/,
    also: ["a disposed discovery leaves nothing open"],
  },
  {
    that: "keeps renewing what was withdrawn",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        announce(self, request) {
          leak();
          return correct.announce(self, request);
        },
      });
    },
    rejectedBy: "a withdrawn announcement leaves nothing open",
    says: /a withdrawn announcement leaves 5 × Timeout open .*: stop its renewal/,
  },
  {
    that: "keeps its timer when it is disposed",
    make: (options) => {
      leak();
      return new HandWrittenDiscovery(options);
    },
    rejectedBy: "a disposed discovery leaves nothing open",
    says: /a disposed discovery leaves 5 × Timeout open .*: close every client and timer/,
  },
];
