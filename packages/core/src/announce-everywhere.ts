import { allFailed } from "./all-failed.js";
import { type Announcement, type Announcer, canAnnounce } from "./announcer.js";
import { sleep, systemClock } from "./clock.js";
import { disposeAll, type WaitingOptions } from "./combinator.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
import { type DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { systemRandom } from "./random.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { DEFAULT_BACKOFF } from "./supervise.js";

/**
 * The `announce` of a combination: in every source that can. Resolves as soon as one has accepted, with what that one
 * says; rejects when each has refused. Those that refuse are reported and tried again with backoff, because otherwise
 * nobody would, and one that does not answer holds nobody up. The sources are supervised ones, whose announcements end
 * with the signal, late ones too.
 */
export function announceEverywhere(
  name: string,
  sources: readonly ServiceDiscovery[],
  options: WaitingOptions,
): Pick<DiscoveryDefinition, "announce"> {
  const announcers = sources.filter(canAnnounce);
  if (announcers.length === 0) return {};
  const { clock = systemClock, random = systemRandom, backoff = DEFAULT_BACKOFF } = options;

  return {
    announce(self, request) {
      const { signal, report } = request;
      const standing: Announcement[] = [];
      const refusals = new Map<Announcer, DiscoveryError>();
      return new Promise((resolve, reject) => {
        const keepTrying = async (announcer: ServiceDiscovery & Announcer) => {
          for (let failures = 1; !signal.aborted; failures++) {
            try {
              const announcement = await announcer.announce(self, request);
              standing.push(announcement);
              resolve({ instance: announcement.instance, withdraw: () => disposeAll(standing) });
              return;
            } catch (error) {
              if (signal.aborted) return;
              const refusal = toDiscoveryError(error, announcer.name);
              report(refusal);
              refusals.set(announcer, refusal);
              // Has no effect once one has accepted. Otherwise the signal aborts, and with it all this.
              if (refusals.size === announcers.length) reject(allFailed(name, [...refusals.values()]));
              await sleep(clock, backoff.delayMs(failures, random), signal);
            }
          }
        };
        for (const announcer of announcers) void keepTrying(announcer);
      });
    },
  };
}
