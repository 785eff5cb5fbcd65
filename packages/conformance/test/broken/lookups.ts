import type { DiscoveryRequest, Listing } from "@rollcall/core";
import { altered, type BrokenAdapter, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "../support/hand-written.js";

type Lookup = (request?: DiscoveryRequest) => Promise<Listing>;

function looking(change: (lookup: Lookup, options: HandWrittenOptions) => Lookup): BrokenAdapter["make"] {
  return (options) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, { lookup: change(correct.lookup.bind(correct), options) });
  };
}

class ImpatientAsOutage extends HandWrittenDiscovery {
  override timedOut() {
    return this.wrap(new Error("no answer"));
  }
}

export const lookups: readonly BrokenAdapter[] = [
  {
    that: "looks up two at most",
    make: looking((lookup) => async (request) => Object.freeze((await lookup(request)).slice(0, 2))),
    rejectedBy: "a lookup gives what is registered",
    says: /lookup gave \{.*\} while \{.*\} were registered: read the whole answer/,
    also: ["lookup and subscribe agree", "two instances can be announced at once"],
  },
  {
    that: "has undefined for an empty answer",
    make: looking((lookup) => async (request) => {
      const found = await lookup(request);
      return found.length === 0 ? (undefined as never) : found;
    }),
    rejectedBy: "a lookup gives an empty listing when nobody is registered",
    says: /nobody was registered, yet lookup gave undefined/,
    also: [
      "a service that was never registered is an empty listing",
      "an announcement that the registry lost is made again",
    ],
  },
  {
    that: "remembers what it looked up",
    make: looking((lookup) => {
      let cached: Promise<Listing> | undefined;
      return async (request) => {
        if (request?.signal) return lookup(request);
        cached ??= lookup(request);
        return cached;
      };
    }),
    rejectedBy: "a lookup is not a memory of the one before",
    says: /a second lookup gave .*: ask the backend each time/,
    also: ["an announcement that the registry lost is made again"],
  },
  {
    that: "applies a filter to subscriptions alone",
    make: (options) =>
      altered(
        new HandWrittenDiscovery(options),
        () => (found) => (found.length === 4 ? Object.freeze(found.slice(1)) : found),
      ),
    rejectedBy: "lookup and subscribe agree",
    says: /both must apply the same filter and parsing/,
    also: ["a slow consumer gets the newest listing, not a queue"],
  },
  {
    that: "ends subscriptions by a lookup",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      const client = { controller: new AbortController() };
      return replaced(correct, {
        lookup(request) {
          client.controller.abort();
          client.controller = new AbortController();
          return correct.lookup(request);
        },
        subscribe(request) {
          const signals = [client.controller.signal, ...(request?.signal ? [request.signal] : [])];
          return correct.subscribe({ ...request, signal: AbortSignal.any(signals) });
        },
      });
    },
    rejectedBy: "a lookup does not disturb a subscription",
    says: /a lookup must not release or replace what a subscription uses/,
  },
  {
    that: "does not look whether a lookup's signal is aborted",
    make: looking(
      (lookup) =>
        ({ signal, ...request } = {}) =>
          signal?.aborted ? lookup(request) : lookup({ ...request, ...(signal ? { signal } : {}) }),
    ),
    rejectedBy: "a lookup whose signal is already aborted rejects with the signal's reason",
    says: /gave a listing in spite of the abort: reject with signal\.reason/,
  },
  {
    that: "rejects an aborted lookup with an error of its own",
    make: looking(
      (lookup) => (request) =>
        lookup(request).catch((error) => {
          throw request?.signal?.aborted ? new Error("The operation was aborted") : error;
        }),
    ),
    rejectedBy: "a lookup that is aborted in flight rejects with the signal's reason, at once",
    says: /rejected with Error \(The operation was aborted\), not the reason/,
    also: ["a lookup whose signal is already aborted rejects with the signal's reason"],
  },
  {
    that: "lets an aborted lookup run to its time-out",
    make: looking((lookup) => async ({ signal, ...request } = {}) => {
      signal?.throwIfAborted();
      const found = await lookup(request);
      signal?.throwIfAborted();
      return found;
    }),
    rejectedBy: "a lookup that is aborted in flight rejects with the signal's reason, at once",
    says: /still waiting 100 ms after the abort/,
  },
  {
    that: "shares one request among lookups, and its signal with it",
    make: looking((lookup) => {
      let shared: Promise<Listing> | undefined;
      return (request) => {
        shared ??= lookup(request).finally(() => {
          shared = undefined;
        });
        return shared;
      };
    }),
    rejectedBy: "one lookup that is aborted does not disturb another",
    says: /the other lookup failed with .*: requests share nothing but the connection/,
  },
  {
    that: "has no lookup time-out",
    make: (options) => {
      const correct = new HandWrittenDiscovery({ ...options, timeoutMs: 100_000 });
      return replaced(correct, {});
    },
    rejectedBy: "a lookup that gets no answer fails with TIMED_OUT",
    says: /lookup was still waiting after .*: give up with a DiscoveryError of code TIMED_OUT after the lookup time-out/,
  },
  {
    that: "calls its time-out something else",
    make: (options) => new ImpatientAsOutage(options),
    rejectedBy: "a lookup that gets no answer fails with TIMED_OUT",
    says: /lookup failed with UNAVAILABLE .*: give up with a DiscoveryError of code TIMED_OUT/,
  },
];
