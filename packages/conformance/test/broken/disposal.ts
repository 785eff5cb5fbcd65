import { isDiscoveryError } from "@rollcall/core";
import type { TestedDiscovery } from "../../src/index.js";
import { type BrokenAdapter, iterable, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "../support/hand-written.js";

/** An adapter of which some members belong to an object that is never disposed. */
function partly(members: (immortal: HandWrittenDiscovery, correct: HandWrittenDiscovery) => Partial<TestedDiscovery>) {
  return (options: HandWrittenOptions) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, members(new HandWrittenDiscovery(options), correct));
  };
}

const AFTER_DISPOSE = [
  "after dispose a lookup fails with DISPOSED",
  "after dispose a subscription fails with DISPOSED",
  "after dispose an announcement fails with DISPOSED",
  "a lookup that is in flight fails with DISPOSED",
];

class WithoutCode extends HandWrittenDiscovery {
  override disposedError() {
    return new Error("closed") as never;
  }
}

export const disposal: readonly BrokenAdapter[] = [
  {
    that: "cannot be disposed although nobody said so",
    make: (options) => replaced(new HandWrittenDiscovery(options), { [Symbol.asyncDispose]: undefined as never }),
    rejectedBy: "dispose before any use does nothing",
    says: /has no \[Symbol\.asyncDispose\]: use defineDiscovery, or declare without\.dispose/,
    also: 12,
  },
  {
    that: "leaves its subscriptions open",
    make: partly((immortal, correct) => ({
      subscribe: (request) => (correct.disposing ? correct : immortal).subscribe(request),
    })),
    rejectedBy: "dispose ends a subscription that waits for a change",
    says: /had not ended after 100 ms: dispose ends every subscription normally/,
    also: ["dispose ends a subscription whose first request is in flight"],
  },
  {
    that: "waits for the first answer before it ends a subscription",
    make: partly((immortal, correct) => {
      let first: Promise<unknown> = Promise.resolve();
      return {
        subscribe(request) {
          if (correct.disposing) return correct.subscribe(request);
          const inner = immortal.subscribe(request);
          let begun = false;
          return iterable({
            next() {
              const read = inner.next();
              if (!begun) first = read.catch(() => {});
              begun = true;
              return read;
            },
            return: () => inner.return(),
          });
        },
        async [Symbol.asyncDispose]() {
          await Promise.all([first.then(() => immortal[Symbol.asyncDispose]()), correct[Symbol.asyncDispose]()]);
        },
      };
    }),
    rejectedBy: "dispose ends a subscription whose first request is in flight",
    says: /dispose did not finish: it must not wait for the network/,
  },
  {
    that: "cannot be disposed twice",
    make: partly((_, correct) => {
      let times = 0;
      return {
        async [Symbol.asyncDispose]() {
          if (times++ > 0) throw new Error("already closed");
          await correct[Symbol.asyncDispose]();
        },
      };
    }),
    rejectedBy: "dispose may be called twice, also while it is under way",
    says: /dispose twice: Error \(already closed\)\. Remember the first call's promise/,
  },
  {
    that: "cannot be disposed before it was used",
    make: partly((_, correct) => {
      let client: { close(): Promise<void> } | undefined;
      const open = () => {
        client ??= { close: () => correct[Symbol.asyncDispose]() };
        return correct;
      };
      return {
        lookup: (request) => open().lookup(request),
        subscribe: (request) => open().subscribe(request),
        announce: (self, request) => open().announce(self, request),
        [Symbol.asyncDispose]: async () => (client as { close(): Promise<void> }).close(),
      };
    }),
    rejectedBy: "dispose before any use does nothing",
    says: /release only what was opened/,
    also: AFTER_DISPOSE.slice(0, 3),
  },
  {
    that: "still looks up after it was disposed",
    make: partly((immortal, correct) => ({
      lookup: (request) => (correct.disposing ? immortal : correct).lookup(request),
    })),
    rejectedBy: "after dispose a lookup fails with DISPOSED",
    says: /lookup succeeded: after dispose, lookup must fail with a DiscoveryError of code DISPOSED/,
  },
  {
    that: "ends subscriptions that begin after it was disposed as if they had been aborted",
    make: partly((_, correct) => ({
      subscribe: (request) =>
        correct.disposing
          ? iterable({ next: async () => ({ done: true, value: undefined }) })
          : correct.subscribe(request),
    })),
    rejectedBy: "after dispose a subscription fails with DISPOSED",
    says: /subscribe succeeded: after dispose, subscribe must fail/,
  },
  {
    that: "announces after it was disposed",
    make: partly((immortal, correct) => ({
      announce: (self, request) => (correct.disposing ? immortal : correct).announce(self, request),
    })),
    rejectedBy: "after dispose an announcement fails with DISPOSED",
    says: /announce succeeded: after dispose, announce must fail/,
  },
  {
    that: "says that it was disposed without the code",
    make: (options) => new WithoutCode(options),
    rejectedBy: "after dispose a lookup fails with DISPOSED",
    says: /lookup failed with Error \(closed\): .* so that supervise knows that trying again is useless/,
    also: [...AFTER_DISPOSE.slice(1), "dispose during an announcement leaves nothing"],
  },
  {
    that: "fails a lookup in flight as if the registry were away",
    make: partly((_, correct) => ({
      async lookup(request) {
        const begunBefore = correct.disposing === undefined;
        return correct.lookup(request).catch((error) => {
          const late = begunBefore && isDiscoveryError(error) && error.code === "DISPOSED";
          throw late ? correct.wrap(new Error("socket closed")) : error;
        });
      },
    })),
    rejectedBy: "a lookup that is in flight fails with DISPOSED",
    says: /the lookup in flight failed with UNAVAILABLE/,
  },
];
