import { DiscoveryError, type DiscoveryErrorDetails, type Listing } from "@rollcall/core";
import { type BrokenAdapter, iterable, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "../support/hand-written.js";

/** An adapter that words its failures differently. */
function wording(word: (name: string, cause: unknown) => Error): BrokenAdapter["make"] {
  return (options) =>
    new (class extends HandWrittenDiscovery {
      override wrap(cause: unknown) {
        return word(this.name, cause) as DiscoveryError;
      }
    })(options);
}

/** An adapter that does something else when its subscription fails. */
function whenItFails(
  react: (context: {
    correct: HandWrittenDiscovery;
    open: () => AsyncIterator<Listing>;
    live: boolean;
  }) => Promise<IteratorResult<Listing> | AsyncIterator<Listing>>,
) {
  return (options: HandWrittenOptions) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, {
      subscribe(request) {
        const open = () => correct.subscribe(request);
        let inner: AsyncIterator<Listing> = open();
        let live = false;
        let left = false;
        return iterable({
          async next() {
            for (;;) {
              try {
                const result = await inner.next();
                live = true;
                return result;
              } catch (error) {
                if (left || correct.disposing) throw error;
                const reaction = await react({ correct, open, live });
                if (!("next" in reaction)) return reaction;
                inner = reaction;
              }
            }
          },
          async return() {
            left = true;
            return (await inner.return?.()) as IteratorResult<Listing>;
          },
        });
      },
    });
  };
}

function outage(details: DiscoveryErrorDetails, message = "the registry does not answer") {
  return new DiscoveryError("UNAVAILABLE", message, details);
}

const EMPTY = { done: false, value: Object.freeze([]) } as const;

export const failures: readonly BrokenAdapter[] = [
  {
    that: "looks up nobody when the registry is away",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        lookup: (request) =>
          correct.lookup(request).catch((error) => {
            if (error.code === "UNAVAILABLE") return Object.freeze([]);
            throw error;
          }),
      });
    },
    rejectedBy: "a lookup fails while the backend is away",
    says: /lookup gave 0 instances: failure is not emptiness/,
    also: [
      "an outage says its code, the discovery's name and what happened",
      "an outage is marked as worth trying again",
    ],
  },
  {
    that: "lists nobody when the registry goes away",
    make: whenItFails(async ({ live, correct }) => {
      if (live) return EMPTY;
      throw correct.wrap(new Error("connection refused"));
    }),
    rejectedBy: "a subscription fails when the backend goes away, and does not empty itself",
    says: /yielded \{\} instead of failing: failure is not emptiness/,
    also: [
      "every subscriber hears of the failure",
      "a session that failed is over, even when the backend comes back",
      "a new session works once the backend is back",
    ],
  },
  {
    that: "lists nobody when the registry is away from the beginning",
    make: whenItFails(async ({ live, correct }) => {
      if (!live) return EMPTY;
      throw correct.wrap(new Error("connection refused"));
    }),
    rejectedBy: "a subscription fails when the backend is away",
    says: /yielded \{\} instead of failing: failure is not emptiness/,
    also: [
      "an outage says its code, the discovery's name and what happened",
      "an outage is marked as worth trying again",
    ],
  },
  {
    that: "tries again by itself",
    make: whenItFails(async ({ open }) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return open();
    }),
    rejectedBy: "a subscription fails when the backend goes away, and does not empty itself",
    says: /did not fail within .* a subscription is one session: when the backend is away throw/,
    also: [
      "a subscription fails when the backend is away",
      "every subscriber hears of the failure",
      "a session that failed is over, even when the backend comes back",
      "a new session works once the backend is back",
      "an outage says its code, the discovery's name and what happened",
      "an outage is marked as worth trying again",
    ],
  },
  {
    that: "tells one subscriber of an outage",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      let first: unknown;
      return replaced(correct, {
        subscribe(request) {
          const inner = correct.subscribe(request);
          first ??= inner;
          if (first === inner) return inner;
          let left = () => {};
          const leaving = new Promise<IteratorResult<Listing>>((resolve) => {
            left = () => resolve({ done: true, value: undefined });
          });
          let begun = false;
          return iterable({
            next: async () => {
              const result = await inner.next().catch((error) => {
                if (begun) return leaving;
                throw error;
              });
              begun = true;
              return result;
            },
            return() {
              left();
              return inner.return();
            },
          });
        },
      });
    },
    rejectedBy: "every subscriber hears of the failure",
    says: /trouble ends all subscriptions, not the first one alone/,
  },
  {
    that: "opens its session again after it has thrown",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        subscribe(request) {
          let inner = correct.subscribe(request);
          return iterable({
            next: () =>
              inner.next().catch((error) => {
                if (!correct.disposing) inner = correct.subscribe(request);
                throw error;
              }),
            return: () => inner.return(),
          });
        },
      });
    },
    rejectedBy: "a session that failed is over, even when the backend comes back",
    says: /an iteration that has thrown gives \{ done: true \}/,
  },
  {
    that: "is never well again after an outage",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      let broken: Promise<never> | undefined;
      const remember = (error: unknown) => {
        if ((error as DiscoveryError).code === "UNAVAILABLE") {
          broken = Promise.reject(error);
          broken.catch(() => {});
        }
        throw error;
      };
      return replaced(correct, {
        subscribe(request) {
          const inner = correct.subscribe(request);
          const before = broken;
          return iterable({ next: () => before ?? inner.next().catch(remember), return: () => inner.return() });
        },
      });
    },
    rejectedBy: "a new session works once the backend is back",
    says: /nothing of the failed session may stay in the way/,
  },
  {
    that: "throws what its client throws",
    make: wording((_, cause) => cause as Error),
    rejectedBy: "a lookup fails while the backend is away",
    says: /threw Error \(connection refused\), which is not a DiscoveryError: wrap it with toDiscoveryError/,
    also: [
      "an outage says its code, the discovery's name and what happened",
      "an outage is marked as worth trying again",
      "an announcement is refused while the backend is away",
    ],
  },
  {
    that: "invents a code",
    make: wording(
      (adapter, cause) => new DiscoveryError("ECONNREFUSED" as never, "connection refused", { adapter, cause }),
    ),
    rejectedBy: "an outage says its code, the discovery's name and what happened",
    says: /has code "ECONNREFUSED": use one of DISCOVERY_ERROR_CODES/,
    also: ["an outage is marked as worth trying again"],
  },
  {
    that: "does not say which discovery it is that fails",
    make: wording((_, cause) => outage({ cause })),
    rejectedBy: "an outage says its code, the discovery's name and what happened",
    says: /has adapter undefined, not "registry\(services\/orders\)": pass the discovery's name/,
  },
  {
    that: "fails without a word",
    make: wording((adapter, cause) => outage({ adapter, cause }, "")),
    rejectedBy: "an outage says its code, the discovery's name and what happened",
    says: /says only "": name the server or file and what to try/,
  },
  {
    that: "has nothing for a cause",
    make: wording((adapter) => outage({ adapter, cause: null })),
    rejectedBy: "an outage says its code, the discovery's name and what happened",
    says: /has no usable cause/,
  },
  {
    that: "takes an outage for final",
    make: wording((adapter, cause) => outage({ adapter, cause, retryable: false })),
    rejectedBy: "an outage is marked as worth trying again",
    says: /has retryable false although it passes by itself: use code UNAVAILABLE, or set retryable/,
  },
  {
    that: "resolves announce before it has registered",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        async announce(self, request) {
          request?.signal?.throwIfAborted();
          if (correct.disposing) throw correct.disposedError();
          const announcing = correct.announce(self, request);
          announcing.catch(() => {});
          return { instance: self, [Symbol.asyncDispose]: async () => (await announcing)[Symbol.asyncDispose]() };
        },
      });
    },
    rejectedBy: "an announcement is refused while the backend is away",
    says: /announce resolved although nothing can be registered/,
    also: ["dispose during an announcement leaves nothing"],
  },
];
