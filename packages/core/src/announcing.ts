import { abortable, within } from "./abort.js";
import type { Announcer } from "./announcer.js";
import type { Clock } from "./clock.js";
import type { DiscoveryDefinition, Registration } from "./discovery-definition.js";
import { DiscoveryError, toDiscoveryError } from "./discovery-error.js";
import { toInstance } from "./listing.js";
import type { ServiceInstance } from "./service-instance.js";
import type { Sessions } from "./sessions.js";

interface AnnouncingParts {
  readonly definition: DiscoveryDefinition;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly timedOut: (what: string) => DiscoveryError;
}

/**
 * Adds the withdrawing to a definition's `announce`: exactly once, whether the announcement is disposed, the signal
 * aborts, or the discovery is disposed, and also when that happens before the mechanism has answered.
 */
export function announceWith(parts: AnnouncingParts): Announcer["announce"] {
  const { definition, sessions, clock, timeoutMs, timedOut } = parts;
  const { name } = definition;

  return async (self, request = {}) => {
    request.signal?.throwIfAborted();
    const wanted = checkSelf(self, name);
    const session = sessions.open(request.signal);
    const { signal } = session;
    const report = request.report ?? (() => {});
    const registering = register(wanted, { signal, report });

    let withdrawn: Promise<void> = Promise.resolve();
    signal.addEventListener("abort", () => {
      const withdrawing = registering.then(
        (registration) => registration.withdraw(),
        () => {}, // never registered
      );
      withdrawn = within(withdrawing, timeoutMs, clock, () => timedOut("withdrawing")).catch((thrown) => {
        const problem = toDiscoveryError(thrown, name);
        report(problem);
        throw problem;
      });
      sessions.withdrawing(withdrawn);
    });

    let registration: Registration;
    try {
      registration = await abortable(registering, signal);
    } catch (error) {
      const reason = signal.aborted ? signal.reason : toDiscoveryError(error, name);
      session.close();
      throw reason;
    }
    // The signal may have aborted after the mechanism answered and before we came to run.
    signal.throwIfAborted();
    return {
      instance: registration.instance ?? wanted,
      [Symbol.asyncDispose]() {
        session.close();
        return withdrawn;
      },
    };
  };

  async function register(...args: Parameters<Required<DiscoveryDefinition>["announce"]>): Promise<Registration> {
    return (definition as Required<DiscoveryDefinition>).announce(...args);
  }
}

function checkSelf(self: ServiceInstance, name: string): ServiceInstance {
  try {
    return toInstance(self);
  } catch (cause) {
    const message = `${name}: cannot announce this process: ${(cause as Error).message}`;
    throw new DiscoveryError("INVALID_OPTION", message, { adapter: name, cause });
  }
}
