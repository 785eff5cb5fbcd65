import {
  type Announcement,
  type Announcer,
  DiscoveryError,
  type DiscoveryRequest,
  formatEndpoint,
  isHost,
  isPort,
  type Listing,
  type ServiceDiscovery,
  type ServiceInstance,
} from "@rollcall/core";
import { HandWrittenSubscription } from "./hand-written-subscription.js";
import { encode, keyOf, type Registry } from "./registry.js";

export interface HandWrittenOptions {
  registry: Registry;
  path: { segments: string[] };
  timeoutMs: number;
  renewMs: number;
}

type Report = (problem: DiscoveryError) => void;

/**
 * A discovery that meets the contract without help from `defineDiscovery`. The broken adapters are subclasses, each of
 * which spoils one thing; that is why it is a class in small steps.
 */
export class HandWrittenDiscovery implements ServiceDiscovery, Announcer {
  readonly options: HandWrittenOptions;
  readonly registry: Registry;
  readonly ending = new AbortController();
  readonly announcements = new Set<Announcement>();
  disposing: Promise<void> | undefined;

  constructor(options: HandWrittenOptions) {
    this.options = options;
    this.registry = options.registry;
  }

  get name(): string {
    return `registry(${this.options.path.segments.join("/")})`;
  }

  async lookup(request: DiscoveryRequest = {}): Promise<Listing> {
    request.signal?.throwIfAborted();
    if (this.ending.signal.aborted) throw this.disposedError();
    const limit = new AbortController();
    const onAbort = () => limit.abort(request.signal?.reason);
    const onDispose = () => limit.abort(this.disposedError());
    request.signal?.addEventListener("abort", onAbort);
    this.ending.signal.addEventListener("abort", onDispose);
    const timer = setTimeout(() => limit.abort(this.timedOut()), this.options.timeoutMs);
    try {
      return this.parse(await this.registry.read(limit.signal), request.report);
    } catch (error) {
      throw limit.signal.aborted ? limit.signal.reason : this.wrap(error);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
      this.ending.signal.removeEventListener("abort", onDispose);
    }
  }

  subscribe(request: DiscoveryRequest = {}): HandWrittenSubscription {
    return new HandWrittenSubscription(this, request);
  }

  async announce(self: ServiceInstance, request: DiscoveryRequest = {}): Promise<Announcement> {
    request.signal?.throwIfAborted();
    if (this.ending.signal.aborted) throw this.disposedError();
    const registered = this.registry.put(keyOf(self), encode(self)).catch((error) => {
      throw this.wrap(error);
    });
    let withdrawn: Promise<void> | undefined;
    let renewing: Promise<void> = registered;
    const timer = setInterval(() => {
      renewing = this.renew(self, () => withdrawn === undefined);
      renewing.catch((error) => request.report?.(this.wrap(error)));
    }, this.options.renewMs);
    const withdraw = () => {
      withdrawn ??= (async () => {
        clearInterval(timer);
        request.signal?.removeEventListener("abort", withdraw);
        this.announcements.delete(announcement);
        await renewing.catch(() => {});
        await this.registry.delete(keyOf(self));
      })();
      return withdrawn;
    };
    const announcement: Announcement = { instance: self, [Symbol.asyncDispose]: withdraw };
    this.announcements.add(announcement);
    request.signal?.addEventListener("abort", withdraw);
    try {
      await registered;
    } catch (error) {
      clearInterval(timer);
      this.announcements.delete(announcement);
      request.signal?.removeEventListener("abort", withdraw);
      throw error;
    }
    if (request.signal?.aborted) throw request.signal.reason;
    if (this.ending.signal.aborted) throw this.disposedError();
    return announcement;
  }

  /** Registers again what the registry has forgotten, unless it was withdrawn in the meantime. */
  async renew(self: ServiceInstance, standing: () => boolean): Promise<void> {
    const known = await this.registry.has(keyOf(self));
    if (!known && standing()) await this.registry.put(keyOf(self), encode(self));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposing ??= this.release();
    return this.disposing;
  }

  async release(): Promise<void> {
    this.ending.abort();
    await Promise.all([...this.announcements].map((announcement) => announcement[Symbol.asyncDispose]()));
  }

  parse(texts: readonly string[], report?: Report): Listing {
    const found = new Map<string, ServiceInstance>();
    for (const text of texts) {
      const instance = this.parseOne(text, report);
      if (instance !== undefined && !found.has(keyOf(instance))) found.set(keyOf(instance), instance);
    }
    return Object.freeze([...found.values()]);
  }

  parseOne(text: string, report?: Report): ServiceInstance | undefined {
    try {
      const { host, port, id, metadata } = JSON.parse(text) as ServiceInstance;
      if (!isHost(host) || !isPort(port)) throw new TypeError("no host or port");
      const parts = { ...(id ? { id } : {}), ...(metadata ? { metadata: Object.freeze(metadata) } : {}) };
      return Object.freeze({ host, port, ...parts });
    } catch (cause) {
      const details = { adapter: this.name, cause };
      report?.(new DiscoveryError("MALFORMED_RECORD", `${this.name}: cannot read ${text}`, details));
      return undefined;
    }
  }

  same(one: Listing, other: Listing): boolean {
    const print = (listing: Listing) => listing.map((instance) => formatEndpoint(instance) + encode(instance)).sort();
    return JSON.stringify(print(one)) === JSON.stringify(print(other));
  }

  wrap(cause: unknown): DiscoveryError {
    const message = `${this.name}: ${(cause as Error).message}; see whether the registry runs.`;
    return new DiscoveryError("UNAVAILABLE", message, { adapter: this.name, cause });
  }

  timedOut(): DiscoveryError {
    const message = `${this.name}: no answer within ${this.options.timeoutMs} ms.`;
    return new DiscoveryError("TIMED_OUT", message, { adapter: this.name });
  }

  disposedError(): DiscoveryError {
    return new DiscoveryError("DISPOSED", `${this.name} has been disposed.`, { adapter: this.name });
  }
}
