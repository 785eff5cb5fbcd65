import type { Announcement, ServiceInstance } from "@rollcall/core";
import type { TestedDiscovery } from "../../src/index.js";
import { altered, type BrokenAdapter, replaced } from "../support/broken-adapter.js";
import { HandWrittenDiscovery, type HandWrittenOptions } from "../support/hand-written.js";
import { encode, keyOf } from "../support/registry.js";

type Announce = Required<TestedDiscovery>["announce"];

function announcingBy(change: (announce: Announce, correct: HandWrittenDiscovery) => Announce): BrokenAdapter["make"] {
  return (options) => {
    const correct = new HandWrittenDiscovery(options);
    return replaced(correct, { announce: change(correct.announce.bind(correct), correct) });
  };
}

/** An announcement that is withdrawn in another way. */
function withdrawing(
  withdraw: (standing: Announcement, correct: HandWrittenDiscovery, self: ServiceInstance) => Promise<void>,
) {
  return announcingBy((announce, correct) => async (self, request) => {
    const standing = await announce(self, request);
    return { instance: standing.instance, [Symbol.asyncDispose]: () => withdraw(standing, correct, self) };
  });
}

class Unrenewed extends HandWrittenDiscovery {
  override async renew() {}
}

class Expiring extends HandWrittenDiscovery {
  override async renew(self: ServiceInstance, standing: () => boolean) {
    if (standing()) this.registry.deleteNow(keyOf(self));
  }
}

class RenewingBlindly extends HandWrittenDiscovery {
  override async renew(self: ServiceInstance) {
    await this.registry.put(keyOf(self), encode(self));
  }
}

class DisposedWithoutWithdrawing extends HandWrittenDiscovery {
  override async release() {
    this.ending.abort();
  }
}

export const announcing: readonly BrokenAdapter[] = [
  {
    that: "announces later than it says",
    make: announcingBy((announce, correct) => async (self, request) => {
      request?.signal?.throwIfAborted();
      if (correct.disposing) throw correct.disposedError();
      await correct.lookup();
      const later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => announce(self, request));
      later.catch(() => {});
      return { instance: self, [Symbol.asyncDispose]: async () => (await later)[Symbol.asyncDispose]() };
    }),
    rejectedBy: "what one announces, others list",
    says: /after announce had resolved: announce resolves once the mechanism lists the instance for others/,
    also: 3,
  },
  {
    that: "announces without metadata",
    make: announcingBy(
      (announce) =>
        ({ metadata: _, ...self }, request) =>
          announce(self, request),
    ),
    rejectedBy: "others see the announced id and metadata",
    says: /others see metadata zone=undefined instead of "zone-1": store them, or declare without\.metadata/,
  },
  {
    that: "gives back something else than it registered",
    make: announcingBy((announce) => async (self, request) => {
      const standing = await announce(self, request);
      return { instance: { ...self, port: self.port + 1 }, [Symbol.asyncDispose]: standing[Symbol.asyncDispose] };
    }),
    rejectedBy: "the announcement says what is listed",
    says: /give back the instance as the mechanism lists it/,
    also: ["others see the announced id and metadata", "an announcement that the registry lost is made again"],
  },
  {
    that: "stores IPv6 addresses with brackets",
    make: announcingBy(
      (announce) => (self, request) =>
        announce(self.host.includes(":") ? { ...self, host: `[${self.host}]` } : self, request),
    ),
    rejectedBy: "an announced IPv6 address is kept",
    says: /write brackets only where the mechanism needs them/,
  },
  {
    that: "leaves itself out",
    make: (options) => {
      const correct = new HandWrittenDiscovery(options);
      const own = new Set<string>();
      const without = altered(
        correct,
        () => (listing) => Object.freeze(listing.filter((instance) => !own.has(keyOf(instance)))),
      );
      return replaced(without, {
        announce(self, request) {
          own.add(keyOf(self));
          return correct.announce(self, request);
        },
      });
    },
    rejectedBy: "the announcer lists itself too",
    says: /do not leave out one's own instance, or declare without\.listsItself/,
  },
  {
    that: "lets its announcement expire",
    make: (options) => new Expiring(options),
    rejectedBy: "an announcement stays listed",
    says: /renew what expires, well before it does/,
    also: 3,
  },
  {
    that: "does not notice that the registry has forgotten it",
    make: (options) => new Unrenewed(options),
    rejectedBy: "an announcement that the registry lost is made again",
    says: /when a renewal finds that the registry has forgotten the instance, register it again/,
  },
  {
    that: "keeps one announcement only",
    make: announcingBy((announce) => {
      let standing: Promise<Announcement> | undefined;
      return (self, request) => {
        const before = standing;
        const next = announce(self, request);
        standing = next;
        return next.then(async (announcement) => {
          await (await before?.catch(() => undefined))?.[Symbol.asyncDispose]();
          return announcement;
        });
      };
    }),
    rejectedBy: "two instances can be announced at once",
    says: /announcements are independent: key them by instance, not by discovery/,
  },
  {
    that: "stops renewing and leaves the rest to expiry",
    make: withdrawing(async () => {}),
    rejectedBy: "a withdrawn announcement is gone",
    says: /withdrawing takes the instance out of the registry/,
    also: [
      "two instances can be announced at once",
      "withdrawing twice, also at the same time, is harmless",
      "nothing brings a withdrawn announcement back",
      "a renewal under way does not bring it back",
      "an instance can be announced again after it was withdrawn",
    ],
  },
  {
    that: "cannot be withdrawn twice",
    make: announcingBy((announce) => async (self, request) => {
      const standing = await announce(self, request);
      let times = 0;
      return {
        instance: standing.instance,
        async [Symbol.asyncDispose]() {
          if (times++ > 0) throw new Error("404 not found");
          await standing[Symbol.asyncDispose]();
        },
      };
    }),
    rejectedBy: "withdrawing twice, also at the same time, is harmless",
    says: /withdrawing twice: Error \(404 not found\)/,
  },
  {
    that: "has one renewal too many",
    make: withdrawing(async (standing, correct, self) => {
      await standing[Symbol.asyncDispose]();
      setTimeout(() => void correct.registry.put(keyOf(self), encode(self)).catch(() => {}), 20);
    }),
    rejectedBy: "nothing brings a withdrawn announcement back",
    says: /nothing late may bring it back: stop the renewal before taking the instance out/,
    also: ["a renewal under way does not bring it back"],
  },
  {
    that: "registers whatever its renewal finds",
    make: (options) => {
      const correct = new RenewingBlindly(options);
      return replaced(correct, {
        async announce(self, request) {
          const standing = await correct.announce(self, request);
          let withdrawn: Promise<void> | undefined;
          const withdraw = async () => {
            await correct.registry.delete(keyOf(self));
            await standing[Symbol.asyncDispose]();
          };
          return {
            instance: standing.instance,
            [Symbol.asyncDispose]: () => {
              withdrawn ??= withdraw().then(() => correct.renew(self));
              return withdrawn;
            },
          };
        },
      });
    },
    rejectedBy: "a renewal under way does not bring it back",
    says: /was withdrawn while the backend did not answer/,
    also: ["nothing brings a withdrawn announcement back"],
  },
  {
    that: "announces an instance once and never again",
    make: announcingBy((announce) => {
      const known = new Map<string, Announcement>();
      return async (self, request) => {
        const before = known.get(keyOf(self));
        if (before) return before;
        const standing = await announce(self, request);
        known.set(keyOf(self), standing);
        return standing;
      };
    }),
    rejectedBy: "an instance can be announced again after it was withdrawn",
    says: /an announcement is withdrawn, not the instance for ever/,
  },
  {
    that: "drops the signal once it is announced",
    make: announcingBy((announce) => async (self, request = {}) => {
      request.signal?.throwIfAborted();
      const own = new AbortController();
      const abort = () => own.abort(request.signal?.reason);
      request.signal?.addEventListener("abort", abort);
      const standing = await announce(self, { ...request, signal: own.signal });
      request.signal?.removeEventListener("abort", abort);
      return standing;
    }),
    rejectedBy: "aborting the signal withdraws a standing announcement",
    says: /listen to the signal for as long as the announcement stands/,
  },
  {
    that: "announces with a signal that is already aborted",
    make: announcingBy(
      (announce) =>
        ({ ...self }, { signal, ...request } = {}) =>
          announce(self, signal?.aborted ? request : { ...request, ...(signal ? { signal } : {}) }),
    ),
    rejectedBy: "announcing with an aborted signal leaves nothing",
    says: /announce with an aborted signal must reject with the signal's reason/,
  },
  {
    that: "leaves behind what was being announced when the signal aborted",
    make: announcingBy((announce, correct) => async (self, request = {}) => {
      request.signal?.throwIfAborted();
      const { signal, ...rest } = request;
      const standing = await announce(self, rest);
      signal?.throwIfAborted();
      signal?.addEventListener("abort", () => void standing[Symbol.asyncDispose]());
      if (correct.disposing) throw correct.disposedError();
      return standing;
    }),
    rejectedBy: "an announcement aborted while it is made leaves nothing",
    says: /when the signal aborts during the registration, take the instance out once it is in/,
  },
  {
    that: "does not withdraw when it is disposed",
    make: (options) => new DisposedWithoutWithdrawing(options),
    rejectedBy: "dispose withdraws what was announced",
    says: /dispose of the discovery withdraws its announcements/,
    also: ["dispose during an announcement leaves nothing"],
  },
  {
    that: "does not withdraw what is only being announced when it is disposed",
    make: (options: HandWrittenOptions) => {
      const correct = new HandWrittenDiscovery(options);
      return replaced(correct, {
        async announce(self, request) {
          if (correct.disposing) throw correct.disposedError();
          request?.signal?.throwIfAborted();
          await options.registry.put(keyOf(self), encode(self));
          if (correct.disposing) throw correct.disposedError();
          return correct.announce(self, request);
        },
      });
    },
    rejectedBy: "dispose during an announcement leaves nothing",
    says: /dispose also withdraws what is only being announced/,
    also: [
      "an announcement is refused while the backend is away",
      "an announcement aborted while it is made leaves nothing",
    ],
  },
];
