import { randomInt } from "node:crypto";
import {
  type Backoff,
  type Clock,
  DiscoveryError,
  exponentialBackoff,
  type Registration,
  type ServiceInstance,
  type SessionRequest,
  sleep,
  systemClock,
  systemRandom,
} from "@rollcall/core";
import { type EtcdConnection, isNotFound } from "./api/etcd-connection.js";
import { type Connected, connectToEtcd } from "./connect.js";
import { keepAlive } from "./keep-alive.js";
import type { CheckedOptions } from "./options.js";
import { keyOf, recordOf } from "./records.js";

/** A lease has three chances to be renewed before it ends. */
const RENEWALS_PER_TTL = 3;
/** Exclusive; as large as Node.js draws them, so that two never meet. */
const LEASE_LIMIT = 2 ** 47;

/** Puts an instance into etcd, on a lease that is renewed until the signal aborts. Resolves once it is there. */
export async function announce(
  self: ServiceInstance,
  name: string,
  options: CheckedOptions,
  request: SessionRequest,
): Promise<Registration> {
  const registrar = new Registrar(self, name, options, request);
  await registrar.register();
  void registrar.keep();
  return { withdraw: () => registrar.withdraw() };
}

class Registrar {
  readonly #name: string;
  readonly #options: CheckedOptions;
  readonly #request: SessionRequest;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #key: string;
  readonly #value: string;
  /**
   * Chosen here rather than by the server, so that it is known whatever becomes of the answer. The key hangs on it:
   * once it is revoked, no write that is still under way can bring the key back.
   */
  #lease = 0;
  #ttlMs: number;
  #connected: Connected<number> | undefined;

  constructor(self: ServiceInstance, name: string, options: CheckedOptions, request: SessionRequest) {
    this.#name = name;
    this.#options = options;
    this.#request = request;
    this.#clock = options.clock ?? systemClock;
    this.#ttlMs = options.ttlMs;
    this.#backoff = exponentialBackoff({ initialMs: 200, factor: 2, maxMs: options.ttlMs / RENEWALS_PER_TTL });
    this.#key = keyOf(options.folder, self);
    this.#value = recordOf(self);
  }

  /** @throws DiscoveryError, or the signal's reason; what had come about by then is undone */
  async register(): Promise<void> {
    try {
      this.#connected = await this.#connect(this.#request.signal);
    } catch (error) {
      // It may be there although the answer was lost. If it cannot be undone, it ends with its lease.
      if (this.#lease !== 0) await this.withdraw().catch(() => {});
      throw error;
    }
  }

  /** Until the signal aborts: renews, and registers again what is gone. */
  async keep(): Promise<void> {
    const { signal, report } = this.#request;
    let failures = 0;
    while (!signal.aborted) {
      const startedAt = this.#clock.now();
      try {
        const connected = this.#connected ?? (await this.#reconnect(signal));
        if (signal.aborted) return;
        await this.#serve(connected);
      } catch (error) {
        if (signal.aborted) return;
        report(error as DiscoveryError);
        this.#connected?.etcd.close();
        this.#connected = undefined;
      }
      // What held for a while is no part of a series. What is merely gone is put back at once, unless it goes on going.
      if (this.#clock.now() - startedAt >= this.#ttlMs / RENEWALS_PER_TTL) failures = 0;
      const isFirst = this.#connected !== undefined && failures === 0;
      failures++;
      if (!isFirst)
        await sleep(this.#clock, this.#backoff.delayMs(failures, this.#options.random ?? systemRandom), signal);
    }
  }

  /** After the signal has aborted. */
  async withdraw(): Promise<void> {
    const revoke = (etcd: EtcdConnection) => etcd.revoke(this.#lease);
    const { etcd } = this.#connected ?? {};
    this.#connected = undefined;
    try {
      if (etcd?.isUsable) {
        await revoke(etcd);
        return;
      }
    } catch {
      // Nor is the connection good for anything; another one is.
    } finally {
      etcd?.close();
    }
    const { etcd: another } = await connectToEtcd({ ...this.#access(), ask: revoke });
    another.close();
  }

  #access() {
    return { name: this.#name, options: this.#options, permission: "readwrite" } as const;
  }

  /** With the revision at which the instance is there. Stays open when the signal aborts, for the withdrawal. */
  async #connect(signal: AbortSignal): Promise<Connected<number>> {
    const connecting = new AbortController();
    const stop = () => connecting.abort(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const ask = (etcd: EtcdConnection) => this.#put(etcd);
      return await connectToEtcd({ ...this.#access(), signal: connecting.signal, ask });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #reconnect(signal: AbortSignal): Promise<Connected<number>> {
    const connected = await this.#connect(signal);
    // Whoever withdraws has looked already, and used a connection of its own.
    if (signal.aborted) connected.etcd.close();
    signal.throwIfAborted();
    // Here rather than by the caller, who goes on a moment later: by then somebody may have withdrawn.
    this.#connected = connected;
    return connected;
  }

  /** Puts the key on the lease that there is, or on a new one. */
  async #put(etcd: EtcdConnection): Promise<number> {
    if (this.#lease !== 0) {
      try {
        return await etcd.put(this.#key, this.#value, this.#lease);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    // A lease that is chosen after the signal has aborted would be nobody's.
    this.#request.signal.throwIfAborted();
    this.#lease = randomInt(1, LEASE_LIMIT);
    this.#ttlMs = 1000 * (await etcd.grant(this.#lease, this.#options.ttlMs / 1000));
    this.#request.signal.throwIfAborted();
    return etcd.put(this.#key, this.#value, this.#lease);
  }

  /**
   * Keeps the key there over one connection, puts it back when it is gone, and resolves.
   *
   * @throws DiscoveryError when that no longer works
   */
  async #serve({ etcd, first: since, failure }: Connected<number>): Promise<void> {
    const { signal, report } = this.#request;
    try {
      await keepAlive(etcd, {
        ...{ key: this.#key, lease: this.#lease, since, signal, clock: this.#clock },
        everyMs: this.#ttlMs / RENEWALS_PER_TTL,
        timeoutMs: this.#options.requestTimeoutMs,
      });
      if (signal.aborted) return;
      report(forgotten(this.#name, etcd.url, this.#key));
      const revision = await this.#put(etcd);
      if (this.#connected) this.#connected = { ...this.#connected, first: revision };
    } catch (error) {
      throw failure(error);
    }
  }
}

function forgotten(adapter: string, url: string, key: string): DiscoveryError {
  const message = `${adapter}: ${url} no longer had the key ${key}, or its lease; it is put there again.`;
  return new DiscoveryError("UNAVAILABLE", message, { adapter });
}
