import { allFailed } from "./all-failed.js";
import { type Announcement, type Announcer, canAnnounce } from "./announcer.js";
import { sleep, systemClock } from "./clock.js";
import { disposeAll, type WaitingOptions } from "./combinator.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
import { type DiscoveryError, isDiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { systemRandom } from "./random.js";
import type { ServiceDiscovery } from "./service-discovery.js";
import { DEFAULT_BACKOFF } from "./supervise.js";

/**
 * The `announce` of a combination: in every source that can. Resolves when each has answered and one has accepted;
 * those that refused are reported and tried again with backoff, because otherwise nobody would. Rejects when all
 * refused. What is listed is what the first source that accepted says.
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
    async announce(self, request) {
      const { signal, report } = request;
      const standing: Announcement[] = [];
      /** Resolves with the error when refused. */
      const tryOnce = async (announcer: ServiceDiscovery & Announcer): Promise<DiscoveryError | undefined> => {
        try {
          const announcement = await announcer.announce(self, request);
          if (signal.aborted) await disposeAll([announcement]);
          else standing.push(announcement);
          return undefined;
        } catch (error) {
          return toDiscoveryError(error, announcer.name);
        }
      };
      const keepTrying = async (announcer: ServiceDiscovery & Announcer, refused: DiscoveryError | undefined) => {
        for (let failures = 1; refused && !signal.aborted; failures++) {
          report(refused);
          await sleep(clock, backoff.delayMs(failures, random), signal);
          refused = await tryOnce(announcer);
        }
      };

      const refusals = await Promise.all(announcers.map(tryOnce));
      const [first] = standing;
      if (!first) throw allFailed(name, refusals.filter(isDiscoveryError));
      announcers.forEach((announcer, index) => void keepTrying(announcer, refusals[index]));
      return { instance: first.instance, withdraw: () => disposeAll(standing) };
    },
  };
}
