import { type Announcement, type Announcer, canAnnounce } from "./announcer.js";
import { sleep, systemClock } from "./clock.js";
import { nothingWorks, type WaitingOptions } from "./combinator.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
import { type DiscoveryError, toDiscoveryError } from "./discovery-error.js";
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
      const announceIn = async (announcer: Announcer) => {
        const announcement = await announcer.announce(self, request);
        if (signal.aborted) await announcement[Symbol.asyncDispose]();
        else standing.push(announcement);
        return announcement.instance;
      };
      const keepTrying = async (announcer: Announcer & ServiceDiscovery, refused: DiscoveryError) => {
        for (let failures = 1, problem = refused; ; failures++) {
          report(problem);
          await sleep(clock, backoff.delayMs(failures, random), signal);
          if (signal.aborted) return;
          try {
            return await announceIn(announcer);
          } catch (error) {
            if (signal.aborted) return;
            problem = toDiscoveryError(error, announcer.name);
          }
        }
      };

      const refusals = new Map<Announcer & ServiceDiscovery, DiscoveryError>();
      const answers = await Promise.all(
        announcers.map((announcer) =>
          announceIn(announcer).catch((error) => {
            refusals.set(announcer, toDiscoveryError(error, announcer.name));
          }),
        ),
      );
      const instance = answers.find((answer) => answer !== undefined);
      if (instance === undefined) throw nothingWorks(name, [...refusals.values()]);
      for (const [announcer, refusal] of refusals) void keepTrying(announcer, refusal);
      return {
        instance,
        async withdraw() {
          const withdrawals = await Promise.allSettled(standing.map((each) => each[Symbol.asyncDispose]()));
          for (const withdrawal of withdrawals) if (withdrawal.status === "rejected") throw withdrawal.reason;
        },
      };
    },
  };
}
