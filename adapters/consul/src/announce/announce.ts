import {
  type Clock,
  DiscoveryError,
  isDiscoveryError,
  type Registration,
  type ServiceInstance,
  type SessionRequest,
  sleep,
  systemClock,
  toDiscoveryError,
} from "@rollcall/core";
import { ConsulCalls } from "../calls.js";
import { openClient } from "../client.js";
import { type HealthWatch, watchHealth } from "../health-watch.js";
import type { CheckedOptions } from "../options.js";
import { type ConsulRegistration, isWildcard, registrationFor } from "./registration.js";

/**
 * Registers with the agent and keeps it so until withdrawn. Resolves once the servers list the instance, which the agent
 * tells them of in its own time.
 */
export async function announce(
  self: ServiceInstance,
  name: string,
  options: CheckedOptions,
  { signal, report }: SessionRequest,
): Promise<Registration> {
  const registration = registrationFor(self, name, options);
  const open = openClient(options);
  const calls = new ConsulCalls(name, open, options);
  const kept = new KeptRegistration({ name, calls, options, registration, close: open.close });
  try {
    await kept.register(signal);
    const address = await kept.listed(signal);
    kept.keep(signal, report);
    return {
      ...(isWildcard(self.host) && address !== undefined ? { instance: { ...self, host: address } } : {}),
      withdraw: () => kept.withdraw(),
    };
  } catch (error) {
    // Aborted, so that it is about to be withdrawn.
    if (signal.aborted && kept.isRegistered) return { withdraw: () => kept.withdraw() };
    await kept.withdraw().catch(() => {});
    throw error;
  }
}

interface Setup {
  readonly name: string;
  readonly calls: ConsulCalls;
  readonly options: CheckedOptions;
  readonly registration: ConsulRegistration;
  /** Closes the client. */
  readonly close: () => void;
}

/**
 * A registration that is renewed, made again when the agent has forgotten it, and taken out.
 *
 * What registers is never called off: a request that was cancelled may still be carried out, and then after the
 * deregistration. So withdrawing first waits for what is under way, and only then takes the instance out.
 */
class KeptRegistration {
  readonly #setup: Setup;
  readonly #clock: Clock;
  /** Ends what even withdrawing does not wait for. */
  readonly #end = new AbortController();
  #keeping: Promise<void> = Promise.resolve();
  #token: string | undefined;
  isRegistered = false;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#clock = setup.options.clock ?? systemClock;
  }

  /** @param signal what makes it unwanted */
  async register(signal: AbortSignal): Promise<void> {
    const { calls, registration } = this.#setup;
    await calls.register(registration.body, this.#end.signal, signal);
    this.isRegistered = true;
    this.#token = calls.token;
  }

  /** Resolves when the servers list it, with the address of its node. @throws DiscoveryError `TIMED_OUT`, or of the call */
  listed(signal: AbortSignal): Promise<string | undefined> {
    return this.#seen(signal, true);
  }

  /** Starts renewing, until the signal aborts. */
  keep(signal: AbortSignal, report: SessionRequest["report"]): void {
    const { checkIntervalMs } = this.#setup.options;
    const renewing = async () => {
      let told: string | undefined;
      for (;;) {
        await sleep(this.#clock, checkIntervalMs, signal);
        if (signal.aborted) return;
        const trouble = await this.#renew(signal).then(
          () => undefined,
          (error) => toDiscoveryError(error, this.#setup.name),
        );
        if (signal.aborted) return;
        // Once for as long as it lasts, and not with every heartbeat.
        if (trouble !== undefined && trouble.message !== told) report(trouble);
        told = trouble?.message;
      }
    };
    this.#keeping = renewing();
  }

  /** Resolves when the servers no longer list it. @throws DiscoveryError */
  async withdraw(): Promise<void> {
    const { calls, registration, options, close } = this.#setup;
    const timer = this.#clock.schedule(options.timeoutMs, () => this.#end.abort(this.#late("the withdrawal")));
    try {
      await this.#keeping;
      await calls.deregister(registration.id, this.#end.signal);
      await this.#seen(this.#end.signal, false);
    } finally {
      timer.cancel();
      close();
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { calls, registration, options } = this.#setup;
    const known =
      options.check === "ttl" ? calls.pass(registration.checkId, signal) : calls.knows(registration.id, signal);
    const isKnown = await known;
    // The agent passes changes on to the servers with the token of the registration, which may have been revoked.
    const isCurrent = isKnown && calls.token === this.#token;
    if (!isCurrent) await this.register(signal);
  }

  /** Waits until the servers do, or do not, list it. */
  async #seen(signal: AbortSignal, wanted: boolean): Promise<string | undefined> {
    const { name, calls, registration, options } = this.#setup;
    const query = { filter: `Service.ID == ${JSON.stringify(registration.id)}` };
    const watch: HealthWatch = { name, calls, query, waitMs: options.waitMs, clock: this.#clock };
    const what = wanted ? "the agent's telling the servers" : "the servers' forgetting";
    const limit = new AbortController();
    const timer = this.#clock.schedule(options.timeoutMs, () => limit.abort(this.#late(what)));
    try {
      const request = { signal: AbortSignal.any([signal, limit.signal]), report: () => {} };
      for await (const entries of watchHealth(watch, request)) {
        if (entries.length > 0 === wanted)
          return (entries[0] as { Node?: { Address?: string } } | undefined)?.Node?.Address;
      }
      throw request.signal.reason;
    } catch (error) {
      // Who may register and not read cannot see it; nothing is wrong with the registration itself.
      if (isDiscoveryError(error) && error.code === "FORBIDDEN") return undefined;
      throw error;
    } finally {
      timer.cancel();
    }
  }

  #late(what: string): DiscoveryError {
    const { name, options } = this.#setup;
    const message = `${name}: ${what} took longer than ${options.timeoutMs} ms; Consul drops the instance once its check fails.`;
    return new DiscoveryError("TIMED_OUT", message, { adapter: name });
  }
}
