import { formatEndpoint, type Listing, sleep, systemClock } from "@rollcall/core";
import { altered, type BrokenAdapter, iterable, replaced } from "../support/broken-adapter.js";
import type { HandWrittenOptions } from "../support/hand-written.js";
import { HandWrittenDiscovery } from "../support/hand-written.js";

/** An adapter that takes other listings for the same. */
function comparing(same: (one: Listing, other: Listing) => boolean): BrokenAdapter["make"] {
  return (options) =>
    new (class extends HandWrittenDiscovery {
      override same(one: Listing, other: Listing) {
        return same(one, other);
      }
    })(options);
}

/** An adapter whose subscriptions yield something else than what was listed. */
function yielding(start: () => (listing: Listing) => Listing | undefined): BrokenAdapter["make"] {
  return (options) => altered(new HandWrittenDiscovery(options), start);
}

const places = (listing: Listing) => listing.map(formatEndpoint);

function polling(worthRepeating: (listing: Listing) => boolean): BrokenAdapter["make"] {
  return (options) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, {
      subscribe(request) {
        const inner = correct.subscribe(request)[Symbol.asyncIterator]();
        let last: Listing | undefined;
        let pending: Promise<IteratorResult<Listing>> | undefined;
        return iterable({
          async next() {
            pending ??= inner.next();
            const tick = sleep(systemClock, 20).then(() => undefined);
            const result = await (last && worthRepeating(last) ? Promise.race([pending, tick]) : pending);
            if (result === undefined) return { done: false, value: last as Listing };
            pending = undefined;
            last = result.value;
            return result;
          },
          return: () => inner.return?.() as Promise<IteratorResult<Listing>>,
        });
      },
    });
  };
}

/** Subscriptions of all objects hang on the client that the first one made. */
function sharingAClient(): BrokenAdapter["make"] {
  const clients = new WeakMap<object, HandWrittenDiscovery>();
  return (options: HandWrittenOptions) => {
    const correct = new HandWrittenDiscovery(options);
    const client = clients.get(options.registry) ?? correct;
    clients.set(options.registry, client);
    return replaced(correct, {
      subscribe: (request) => (client.disposing && correct.disposing ? correct : client).subscribe(request),
    });
  };
}

function singleSubscriber(options: HandWrittenOptions) {
  const correct = new HandWrittenDiscovery(options);
  const current = { id: 0 };
  return replaced(correct, {
    subscribe(request) {
      const id = ++current.id;
      return (
        altered(correct, () => (listing) => (id === current.id ? listing : undefined)) as typeof correct
      ).subscribe(request);
    },
  });
}

function closingForAll(options: HandWrittenOptions) {
  const correct = new HandWrittenDiscovery(options);
  const open = new Set<AsyncIterator<Listing>>();
  return replaced(correct, {
    subscribe(request) {
      const inner = correct.subscribe(request)[Symbol.asyncIterator]();
      open.add(inner);
      return iterable({
        next: () => inner.next(),
        async return() {
          for (const each of open) await each.return?.();
          return { done: true, value: undefined };
        },
      });
    },
  });
}

function onceOnly(options: HandWrittenOptions) {
  const correct = new HandWrittenDiscovery(options);
  let opened = 0;
  return replaced(correct, {
    subscribe(request) {
      if (++opened === 3) return iterable({ next: () => new Promise(() => {}) });
      return correct.subscribe(request);
    },
  });
}

function queueing(options: HandWrittenOptions) {
  const correct = new HandWrittenDiscovery(options);
  return replaced(correct, {
    subscribe(request) {
      const inner = correct.subscribe(request)[Symbol.asyncIterator]();
      const queue: Promise<IteratorResult<Listing>>[] = [];
      const pull = () => {
        const read = inner.next();
        queue.push(read);
        read.then(({ done }) => done || pull()).catch(() => {});
      };
      return iterable({
        next() {
          if (queue.length === 0) pull();
          const oldest = queue[0] as Promise<IteratorResult<Listing>>;
          return oldest.then((result) => {
            if (queue[0] === oldest && queue.length > 1) queue.shift();
            return request?.signal?.aborted ? { done: true, value: undefined } : result;
          });
        },
        async return() {
          queue.length = 0;
          await inner.return?.();
          return { done: true, value: undefined };
        },
      });
    },
  });
}

/** Looks at the first of several changes that come together. */
function throttling(options: HandWrittenOptions) {
  const { registry } = options;
  const watch: typeof registry.watch = (watcher) => {
    let resting = false;
    return registry.watch({
      cut: (error) => watcher.cut(error),
      changed() {
        if (resting) return;
        resting = true;
        setTimeout(() => {
          resting = false;
        }, 50);
        watcher.changed();
      },
    });
  };
  const throttled = new Proxy(registry, {
    get(target, key) {
      const member = key === "watch" ? watch : Reflect.get(target, key, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return new HandWrittenDiscovery({ ...options, registry: throttled });
}

export const changes: readonly BrokenAdapter[] = [
  {
    that: "yields the change instead of the listing",
    make: yielding(() => {
      let known = new Set<string>();
      return (listing) => {
        const fresh = listing.filter((instance) => !known.has(formatEndpoint(instance)));
        known = new Set(places(listing));
        return Object.freeze(fresh);
      };
    }),
    rejectedBy: "an instance that registers is listed together with those before it",
    says: /the last listing was \{10\.77\.0\.2:7002\}: after each change yield the complete listing, not the change alone/,
    also: 24,
  },
  {
    that: "never takes anybody out",
    make: yielding(() => {
      const known = new Map<string, Listing[number]>();
      return (listing) => {
        for (const instance of listing) known.set(formatEndpoint(instance), instance);
        return Object.freeze([...known.values()]);
      };
    }),
    rejectedBy: "an instance that leaves is no longer listed",
    says: /take out what the mechanism no longer lists/,
    also: 11,
  },
  {
    that: "takes an empty listing for trouble and keeps the last",
    make: yielding(() => {
      let before = 0;
      return (listing) => {
        if (listing.length === 0 && before > 0) return undefined;
        before = listing.length;
        return listing;
      };
    }),
    rejectedBy: "when the last instance leaves, an empty listing says so",
    says: /an empty listing is a listing: yield it/,
  },
  {
    that: "remembers for ever whom it has listed",
    make: yielding(() => {
      const gone = new Set<string>();
      let last: Listing = [];
      return (listing) => {
        for (const place of places(last)) if (!places(listing).includes(place)) gone.add(place);
        last = listing;
        return Object.freeze(listing.filter((instance) => !gone.has(formatEndpoint(instance))));
      };
    }),
    rejectedBy: "an instance that comes back is listed again",
    says: /do not remember for ever what has been seen/,
    also: ["an instance can be announced again after it was withdrawn"],
  },
  {
    that: "polls and yields every answer",
    make: polling((listing) => listing.length > 0),
    rejectedBy: "nothing is yielded while nothing changes",
    says: /yielded the same set twice \(\{.*\}\): compare sets before yielding, or use defineDiscovery/,
    also: 4,
  },
  {
    that: "repeats empty answers",
    make: polling((listing) => listing.length === 0),
    rejectedBy: "an empty listing is not repeated either",
    says: /yielded the same set twice \(\{\}\)/,
    also: ["a session that failed is over, even when the backend comes back"],
  },
  {
    that: "takes every event for a change",
    make: comparing(() => false),
    rejectedBy: "registering again unchanged yields nothing",
    says: /yielded the same set twice/,
    also: ["another order is not a change"],
  },
  {
    that: "compares lists by position",
    make: comparing((one, other) => JSON.stringify(one) === JSON.stringify(other)),
    rejectedBy: "another order is not a change",
    says: /yielded the same set twice/,
  },
  {
    that: "compares hosts and ports alone",
    make: comparing((one, other) => places(one).sort().join() === places(other).sort().join()),
    rejectedBy: "other metadata are a change",
    says: /compare metadata too/,
  },
  {
    that: "loses what changes soon after something else",
    make: throttling,
    rejectedBy: "a burst of changes ends in the right listing",
    says: /changes that come while one is being handled must not be lost/,
    also: 10,
  },
  {
    that: "queues listings for a slow consumer",
    make: queueing,
    rejectedBy: "a slow consumer gets the newest listing, not a queue",
    says: /after 12 unread changes the next reads gave listings of .* keep only the newest unread listing/,
    also: ["a session that failed is over, even when the backend comes back"],
  },
  {
    that: "serves the latest subscriber only",
    make: singleSubscriber,
    rejectedBy: "each subscriber gets its own first listing and every change",
    says: /subscriptions are independent: the second must not take over from the first/,
  },
  {
    that: "closes the connection that others share",
    make: closingForAll,
    rejectedBy: "a subscriber that leaves does not disturb another",
    says: /release what belongs to the subscription that ended, not what others share/,
  },
  {
    that: "keeps its client in the module",
    make: sharingAClient(),
    rejectedBy: "an object that is disposed does not disturb another",
    says: /objects share nothing: keep state in the factory, not in the module/,
    also: ["dispose during an announcement leaves nothing"],
  },
  {
    that: "can be subscribed to twice and then never again",
    make: onceOnly,
    rejectedBy: "a subscription can be opened again after one has ended",
    says: /no listing came .* each subscription begins with the current listing/,
    also: ["a subscriber that leaves does not disturb another"],
  },
];
