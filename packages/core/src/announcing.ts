import { abortable, within } from "./abort.js";
import type { Announcer } from "./announcer.js";
import type { Clock } from "./clock.js";
import type { DiscoveryDefinition } from "./discovery-definition.js";
import { requireOption, toDiscoveryError } from "./discovery-error.js";
import { toInstance } from "./listing.js";
import { onAbort } from "./on-abort.js";
import type { Sessions } from "./sessions.js";

/**
 * Adds the withdrawing to a definition's `announce`: exactly once, whether the announcement is disposed, the signal
 * aborts, or the discovery is disposed, and also when that happens before the mechanism has answered.
 */
export function announceWith(
  definition: DiscoveryDefinition,
  sessions: Sessions,
  clock: Clock,
  timeoutMs: number,
): Announcer["announce"] {
  const { name, announce } = definition as Required<DiscoveryDefinition>;
  return async (self, { signal: parent, report = () => {} } = {}) => {
    const wanted = toInstance(self);
    const { signal, close } = sessions.open(parent);
    const registering = (async () => {
      const registration = await announce.call(definition, wanted, { signal, report });
      requireOption(name, "the result of announce", !!registration?.withdraw, "{ withdraw }");
      return registration;
    })();

    let withdrawn = Promise.resolve();
    onAbort(signal, () => {
      // Nothing to withdraw if it was refused.
      const withdrawing = registering.then(
        (registration) => registration.withdraw(),
        () => {},
      );
      withdrawn = within(withdrawing, timeoutMs, clock, name, "withdrawing").catch((problem) => {
        report(problem);
        throw problem;
      });
      sessions.closing(withdrawn, Infinity);
    });

    try {
      const { instance = wanted } = await abortable(registering, signal);
      // The signal may have aborted after the mechanism answered and before we came to run.
      signal.throwIfAborted();
      return {
        instance,
        [Symbol.asyncDispose]() {
          close();
          return withdrawn;
        },
      };
    } catch (error) {
      const reason = signal.aborted ? signal.reason : toDiscoveryError(error, name);
      close();
      throw reason;
    }
  };
}
