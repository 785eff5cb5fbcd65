import type { DiscoveryRequest, Listing } from "@rollcall/core";
import type { TestedDiscovery } from "../../src/index.js";
import { type BrokenAdapter, iterable, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery } from "../support/hand-written.js";

type Subscribe = TestedDiscovery["subscribe"];

function subscribing(change: (subscribe: Subscribe) => Subscribe): BrokenAdapter["make"] {
  return (options) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, { subscribe: change(correct.subscribe.bind(correct)) });
  };
}

/** The request with a signal that follows the caller's when `follow` says so. */
function following(request: DiscoveryRequest, follow: (signal: AbortSignal, abort: () => void) => void) {
  if (request.signal === undefined) return request;
  const own = new AbortController();
  follow(request.signal, () => own.abort());
  return { ...request, signal: own.signal };
}

const done = async () => ({ done: true, value: undefined }) as const;

export const endings: readonly BrokenAdapter[] = [
  {
    that: "forgets to look whether the signal is aborted already",
    make: subscribing(
      (subscribe) =>
        (request = {}) =>
          subscribe(following(request, (signal, abort) => signal.addEventListener("abort", abort, { once: true }))),
    ),
    rejectedBy: "a signal that is already aborted yields nothing",
    says: /yielded \{.*\} instead of ending: look at signal\.aborted before doing anything/,
    also: ["the caller's signal carries no listener afterwards"],
  },
  {
    that: "listens to the signal from the first listing on",
    make: subscribing((subscribe) => (request = {}) => {
      if (request.signal?.aborted) return subscribe(request);
      let heed = () => {};
      const inner = subscribe(
        following(request, (signal, abort) => {
          heed = () => signal.addEventListener("abort", abort, { once: true });
        }),
      )[Symbol.asyncIterator]();
      return iterable({
        async next() {
          const result = await inner.next();
          heed();
          return result;
        },
        return: () => inner.return?.() ?? done(),
      });
    }),
    rejectedBy: "abort between subscribe and the first read yields nothing",
    says: /look at signal\.aborted when the first listing is asked for/,
    also: [
      "abort while the first request is in flight ends the iteration at once",
      "the caller's signal carries no listener afterwards",
    ],
  },
  {
    that: "throws the reason of an abort",
    make: subscribing((subscribe) => (request = {}) => {
      const inner = subscribe(request)[Symbol.asyncIterator]();
      return iterable({
        async next() {
          const result = await inner.next();
          request.signal?.throwIfAborted();
          return result;
        },
        return: () => inner.return?.() ?? done(),
      });
    }),
    rejectedBy: "abort while a change is awaited ends the iteration",
    says: /threw Error \(enough\) instead of ending: abort ends the iteration normally/,
    also: [
      "a subscriber that leaves does not disturb another",
      "a signal that is already aborted yields nothing",
      "abort between subscribe and the first read yields nothing",
      "abort between two reads ends the iteration",
      "abort while the first request is in flight ends the iteration at once",
      "nothing is yielded after abort, whatever changes",
    ],
  },
  {
    that: "does not take the signal at all",
    make: subscribing(
      (subscribe) =>
        ({ signal, ...request } = {}) =>
          subscribe(signal?.aborted ? { ...request, signal } : request),
    ),
    rejectedBy: "abort while a change is awaited ends the iteration",
    says: /had not ended after 100 ms/,
    also: [
      "a subscriber that leaves does not disturb another",
      "abort between subscribe and the first read yields nothing",
      "abort between two reads ends the iteration",
      "abort while the first request is in flight ends the iteration at once",
      "nothing is yielded after abort, whatever changes",
    ],
  },
  {
    that: "hands out after abort what it had read before",
    make: subscribing((subscribe) => (request) => {
      const inner = subscribe(request)[Symbol.asyncIterator]();
      let ahead: Promise<IteratorResult<Listing>> | undefined;
      return iterable({
        async next() {
          const result = await (ahead ?? inner.next());
          ahead = result.done ? undefined : inner.next();
          ahead?.catch(() => {});
          return result;
        },
        return: () => {
          ahead = undefined;
          return inner.return?.() ?? done();
        },
      });
    }),
    rejectedBy: "nothing is yielded after abort, whatever changes",
    says: /drop what has not been read when the signal aborts/,
    also: ["a session that failed is over, even when the backend comes back"],
  },
  {
    that: "goes on after break",
    make: subscribing((subscribe) => (request) => {
      let inner = subscribe(request)[Symbol.asyncIterator]();
      let waiting = false;
      return iterable({
        async next() {
          waiting = true;
          const result = await inner.next();
          waiting = false;
          return result;
        },
        async return() {
          await inner.return?.();
          if (!waiting) inner = subscribe(request)[Symbol.asyncIterator]();
          return done();
        },
      });
    }),
    rejectedBy: "break ends the subscription",
    says: /yielded another listing after break/,
    also: ["return() before the first read ends the iteration"],
  },
  {
    that: "is a plain async generator",
    make: subscribing(
      (subscribe) =>
        async function* (request) {
          yield* subscribe(request);
        },
    ),
    rejectedBy: "return() ends the iteration while a change is awaited",
    says: /a plain async generator queues it behind the pending read/,
    also: ["return() ends the iteration while the first request is in flight"],
  },
  {
    that: "ignores return() before it has begun",
    make: subscribing((subscribe) => (request) => {
      const inner = subscribe(request)[Symbol.asyncIterator]();
      let begun = false;
      return iterable({
        next() {
          begun = true;
          return inner.next();
        },
        return: () => (begun ? (inner.return?.() ?? done()) : done()),
      });
    }),
    rejectedBy: "return() before the first read ends the iteration",
    says: /after return\(\) every read, also the pending one, gives \{ done: true \}/,
  },
  {
    that: "leaves its listener on the caller's signal",
    make: subscribing((subscribe) => (request) => {
      request?.signal?.addEventListener("abort", () => {});
      return subscribe(request);
    }),
    rejectedBy: "the caller's signal carries no listener afterwards",
    says: /1 abort listener\(s\) stayed on the caller's signal/,
  },
];
