import { EventEmitter } from "node:events";
import { type Clock, DiscoveryError, systemClock } from "@rollcall/core";
import type { OpenClient } from "./client.js";
import { type Asked, notConsul, toConsulError } from "./consul-error.js";
import { type CheckedOptions, isToken } from "./options.js";

/** A health query's answer. */
export interface HealthAnswer {
  readonly entries: readonly unknown[];
  /** `X-Consul-Index`, as it came. */
  readonly index: string | undefined;
  /** The servers left something out that the token may not see. */
  readonly isFiltered: boolean;
  /** The servers deny what is not allowed. */
  readonly isDenyingByDefault: boolean;
}

/** How one call differs from others. */
interface Call {
  readonly what: string;
  readonly needs: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly unless?: AbortSignal;
}

/** What goes with every call. */
interface Common {
  readonly ctx: EventEmitter;
  readonly timeout: number;
  readonly token?: string;
  readonly partition?: string;
}

interface Answer {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/**
 * Calls to one agent, with token, time-out and abort, and errors that say what to do. Every method rejects with the
 * signal's reason once that aborts, `TIMED_OUT` when there is no answer in time, or what `toConsulError` makes of it.
 */
export class ConsulCalls {
  /** The newest token that was sent. */
  token: string | undefined;
  readonly #name: string;
  readonly #open: OpenClient;
  readonly #options: CheckedOptions;
  readonly #clock: Clock;

  constructor(name: string, open: OpenClient, options: CheckedOptions) {
    this.#name = name;
    this.#open = open;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Asks who provides the service. A query with an index is answered when there is another one, or after `waitMs`. */
  async health(query: object, signal: AbortSignal, waitMs = 0): Promise<HealthAnswer> {
    const { service, timeoutMs } = this.#options;
    const call = {
      what: "the health query",
      needs: `service:read on ${JSON.stringify(service)} and node:read`,
      // Consul adds up to a sixteenth to the waiting, so that not everybody comes back at the same time.
      limitMs: waitMs + waitMs / 16 + timeoutMs,
      signal,
    };
    const { headers, body } = await this.#call(call, (common) =>
      this.#open.client.health.service({ ...common, ...query, service }),
    );
    if (!Array.isArray(body)) throw notConsul(body, this.#asked(call));
    return {
      entries: body,
      index: headers["x-consul-index"],
      isFiltered: headers["x-consul-results-filtered-by-acls"] === "true",
      isDenyingByDefault: headers["x-consul-default-acl-policy"] === "deny",
    };
  }

  /**
   * Rejects when the token may not read the service. The health endpoint does not tell: for it, who may not see anybody
   * is told that nobody is there.
   */
  async mayRead(signal: AbortSignal): Promise<void> {
    const { service, timeoutMs } = this.#options;
    const { client } = this.#open;
    const needs = `service:read on ${JSON.stringify(service)}`;
    await this.#call({ what: "the question for permission", needs, limitMs: timeoutMs, signal }, async (common) => {
      const { ctx, timeout, token = client._defaults?.token, partition } = common;
      const request = {
        ...{ ctx, timeout, path: "/agent/health/service/name/{service}", params: { service } },
        ...(partition === undefined ? {} : { query: { partition } }),
        ...(token === undefined ? {} : { headers: { "x-consul-token": token } }),
      };
      // The status is that of the service: 404 when this agent has none, 503 when it is critical.
      await client._get?.(request).catch((error) => {
        if (error?.response?.statusCode === 403) throw error;
      });
    });
  }

  /**
   * Puts a service into the agent, or in the place of the one with its id.
   *
   * @param unless keeps the request from being sent, and does not call it off once it is
   */
  async register(registration: object, signal: AbortSignal, unless: AbortSignal): Promise<void> {
    const call = { ...this.#writing("the registration"), signal, unless };
    await this.#call(call, (common) => this.#open.client.agent.service.register({ ...common, ...registration }));
  }

  /** Takes it out. One that is not there is out. */
  async deregister(id: string, signal: AbortSignal): Promise<void> {
    const call = { ...this.#writing("the deregistration"), signal };
    await this.#call(call, (common) => this.#open.client.agent.service.deregister({ ...common, id })).catch(
      unlessUnknown,
    );
  }

  /** Renews a TTL check. Gives false when the agent knows no such check (any more). */
  async pass(id: string, signal: AbortSignal): Promise<boolean> {
    const call = { ...this.#writing("the heartbeat"), signal };
    const passed = await this.#call(call, (common) => this.#open.client.agent.check.pass({ ...common, id })).catch(
      unlessUnknown,
    );
    return passed !== undefined;
  }

  /** Whether the agent has a service with this id. */
  async knows(id: string, signal: AbortSignal): Promise<boolean> {
    const call = { ...this.#writing("the agent's list of services"), signal };
    const filter = `ID == ${JSON.stringify(id)}`;
    const { body } = await this.#call(call, (common) => this.#open.client.agent.service.list({ ...common, filter }));
    if (typeof body !== "object" || body === null) throw notConsul(body, this.#asked(call));
    return Object.keys(body).length > 0;
  }

  #writing(what: string) {
    return {
      what,
      needs: `service:write on ${JSON.stringify(this.#options.service)}`,
      limitMs: this.#options.timeoutMs,
    };
  }

  #asked({ what, needs }: Call): Asked {
    return { adapter: this.#name, server: this.#open.server, what, needs, withToken: Boolean(this.token) };
  }

  async #call(call: Call, send: (common: Common) => Promise<unknown>): Promise<Answer> {
    const { limitMs, signal, unless } = call;
    signal.throwIfAborted();
    // What the client takes as a means to cancel, and to be asked for the answer's headers.
    const context = Object.assign(new EventEmitter(), { includeResponse: true });
    const over = new AbortController();
    const timer = this.#clock.schedule(limitMs, () => over.abort(this.#late(call)));
    const stop = () => over.abort(signal.reason);
    signal.addEventListener("abort", stop);
    const ended = new Promise<never>((_, reject) => {
      over.signal.addEventListener("abort", () => {
        reject(over.signal.reason);
        context.emit("cancel");
      });
    });
    const run = async () => {
      const token = await this.#readToken();
      over.signal.throwIfAborted();
      unless?.throwIfAborted();
      const { partition } = this.#options;
      // A time-out of our own goes by the injected clock; the client's is there so that another one does not apply.
      const common = {
        ctx: context,
        timeout: limitMs + 1000,
        ...(token && { token }),
        ...(partition && { partition }),
      };
      const [response, body] = ((await send(common)) ?? []) as [Partial<Answer>?, unknown?];
      return { headers: response?.headers ?? {}, body };
    };
    try {
      return await Promise.race([run(), ended]);
    } catch (error) {
      if (over.signal.aborted) throw over.signal.reason;
      throw error instanceof DiscoveryError || error === unless?.reason
        ? error
        : toConsulError(error, this.#asked(call));
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    }
  }

  #late({ what, limitMs }: Call): DiscoveryError {
    const message = `${this.#name}: ${this.#open.server} has not answered ${what} within ${limitMs} ms. Is the agent overloaded or cut off?`;
    return new DiscoveryError("TIMED_OUT", message, { adapter: this.#name });
  }

  async #readToken(): Promise<string | undefined> {
    const { token } = this.#options;
    if (typeof token !== "function") {
      this.token = token;
      return token;
    }
    const fail = (why: string): never => {
      const message = `${this.#name}: the option token, a function, ${why}.`;
      throw new DiscoveryError("MISCONFIGURED", message, { adapter: this.#name, retryable: true });
    };
    const read = await (async () => token())().catch((error) => fail(`has failed: ${(error as Error)?.message}`));
    this.token = typeof read === "string" ? read.trim() : read;
    return isToken(this.token) ? this.token : fail("has given something that is not a token");
  }
}

/** The agent answers 404 for what it does not know; before 1.11 it was 500. */
function unlessUnknown(error: unknown): undefined {
  if (/Unknown (check|service)|does not have associated TTL/i.test((error as Error).message)) return undefined;
  throw error;
}
