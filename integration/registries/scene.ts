import { setTimeout as pause } from "node:timers/promises";
import type { Clock, DiscoveryRequest, Listing, ServiceInstance } from "@rollcall/core";
import type { Cleanup } from "../support/cleanup.ts";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { patientClock } from "../support/patient-clock.ts";
import { Follower } from "./follower.ts";
import type { Access, Registry, RegistryServer, ServerOptions } from "./registry.ts";
import { Visitor } from "./visitor.ts";

/** How often a condition is looked at, in milliseconds. */
const LOOK_AGAIN_MS = 20;

/** Who is registered, by number. */
export type Numbers = readonly number[];

export const numbersTo = (last: number): Numbers => Array.from({ length: last }, (_, index) => index + 1);
export const idOf = (number: number): string => `node-${number}`;

/** What a test works with: a server of its own, a proxy before it, and a service in it. All go with the test. */
export class Scene {
  readonly registry: Registry;
  readonly server: RegistryServer;
  readonly proxy: FaultyProxy;
  readonly service = "orders";
  readonly #onEnd: Cleanup;

  private constructor(registry: Registry, server: RegistryServer, proxy: FaultyProxy, onEnd: Cleanup) {
    this.registry = registry;
    this.server = server;
    this.proxy = proxy;
    this.#onEnd = onEnd;
  }

  static async begin(registry: Registry, onEnd: Cleanup, options: ServerOptions = {}): Promise<Scene> {
    const server = await registry.start(options);
    onEnd(() => server[Symbol.asyncDispose]());
    const proxy = await FaultyProxy.start(server.port, onEnd, { counter: registry.counter });
    return new Scene(registry, server, proxy, onEnd);
  }

  instance(number: number): ServiceInstance {
    const [high, low] = [Math.floor(number / 250), (number % 250) + 1];
    return { host: `10.77.${high}.${low}`, port: 7000 + number, id: idOf(number) };
  }

  /** By the other client, past the proxy. */
  put(numbers: Numbers): Promise<void> {
    return this.server.put(
      this.service,
      numbers.map((number) => this.instance(number)),
    );
  }

  remove(numbers: Numbers): Promise<void> {
    return this.server.remove(
      this.service,
      numbers.map((number) => this.instance(number)),
    );
  }

  /** The adapter, through the proxy. @param more options on top of those that are plain data */
  discovery(access: Partial<Access> = {}, more: { readonly clock?: Clock } = {}) {
    const discovery = this.registry.create({ ...this.options(access), ...more });
    this.#onEnd(() => discovery[Symbol.asyncDispose]());
    return discovery;
  }

  /** What the adapter answers through the proxy, or why it does not, however long that takes. */
  lookup(access: Partial<Access> = {}, request: DiscoveryRequest = {}): Promise<Listing> {
    return this.discovery(access, { clock: patientClock }).lookup(request);
  }

  /**
   * Has an instance listed as one that uses the adapter would: announced by it, or, if it cannot announce, put there by
   * the other client in the name of whoever does that for it.
   */
  async announce(
    number: number,
    access: Partial<Access> = {},
    request: DiscoveryRequest = {},
  ): Promise<AsyncDisposable> {
    const discovery = this.discovery(access);
    if (discovery.announce) return discovery.announce(this.instance(number), request);
    await this.put([number]);
    let removed: Promise<void> | undefined;
    return {
      [Symbol.asyncDispose]: () => {
        removed ??= this.remove([number]);
        return removed;
      },
    };
  }

  options(access: Partial<Access> = {}): object {
    return this.server.options(this.service, { port: this.proxy.port, ...access });
  }

  /** Somebody who uses the adapter through the proxy, supervised as a cluster does. */
  follow(access: Partial<Access> = {}): Follower {
    const follower = new Follower(this.discovery(access), this.registry);
    this.#onEnd(() => follower[Symbol.asyncDispose]());
    return follower;
  }

  /** A process that does so, and has an instance listed as {@link announce} does. */
  async visit(number?: number): Promise<Visitor> {
    const { module, factory, without } = this.registry;
    const announces = number !== undefined && without?.announce === undefined;
    const announce = announces ? { announce: this.instance(number) } : {};
    const visitor = new Visitor({ module, factory, options: this.options(), ...announce });
    this.#onEnd(() => visitor.kill());
    if (announces) await visitor.announced();
    else if (number !== undefined) {
      await this.put([number]);
      await visitor.lists([idOf(number)]);
    }
    return visitor;
  }

  /** How many connections and requests there are meanwhile. */
  async during(act: () => Promise<unknown>): Promise<{ seconds: number; accepted: number; requests: number }> {
    const { accepted, requests } = this.proxy;
    const startedAt = performance.now();
    await act();
    const seconds = (performance.now() - startedAt) / 1000;
    return { seconds, accepted: this.proxy.accepted - accepted, requests: this.proxy.requests - requests };
  }
}

/**
 * Looks again and again. Unlike vitest's `expect.poll`, which needs to know the one test that runs.
 *
 * @throws Error when it does not hold in time
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: () => string,
  withinMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`within ${withinMs} ms it was not so that ${what()}`);
    await pause(LOOK_AGAIN_MS);
  }
}
