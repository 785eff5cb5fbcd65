import { openScope, type Scope, within } from "./abort.js";
import { ignore } from "./async-iteration.js";
import type { Clock } from "./clock.js";
import { ConflatingChannel } from "./conflating-channel.js";
import { DiscoveryError } from "./discovery-error.js";
import { sameListing } from "./listing.js";
import type { Listing } from "./service-instance.js";

/**
 * How long dispose waits for sessions that were told to stop, in milliseconds. Those that heed their signal are gone
 * long before; one that does not must not hold up the program's shutdown.
 */
const GRACE_MS = 250;

/** Everything one discovery object has open, so that disposing it can end it all. */
export class Sessions {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #open = new Set<Scope>();
  readonly #stopping = new Set<Promise<unknown>>();
  readonly #withdrawing = new Set<Promise<unknown>>();
  #disposed: DiscoveryError | undefined;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** @throws DiscoveryError `DISPOSED` */
  open(parent?: AbortSignal): Scope {
    if (this.#disposed) throw this.#disposed;
    const inner = openScope(parent);
    const scope = {
      signal: inner.signal,
      close: (reason?: unknown) => {
        this.#open.delete(scope);
        inner.close(reason);
      },
    };
    this.#open.add(scope);
    inner.signal.addEventListener("abort", () => this.#open.delete(scope), { once: true });
    return scope;
  }

  /**
   * One subscription, opened by the first `next`. `run` emits listings until its signal aborts; when it returns or
   * throws, so does the iteration. Its signal aborts in every case, so `run` may hang its cleaning up on that.
   */
  subscription(
    parent: AbortSignal | undefined,
    run: (signal: AbortSignal, emit: (listing: Listing) => void) => Promise<void>,
  ): AsyncIterableIterator<Listing, undefined> {
    let scope: Scope | undefined;
    let started = false;
    const channel = new ConflatingChannel<Listing>(sameListing, () => scope?.close());
    const start = () => {
      const opened = this.open(parent);
      scope = opened;
      const drop = () => channel.close();
      opened.signal.addEventListener("abort", drop);
      const stop = (settle: () => void) => {
        // What was emitted before the end is still to be read, so the end must not look like an abort to the channel.
        opened.signal.removeEventListener("abort", drop);
        settle();
        opened.close();
      };
      const running = run(opened.signal, (listing) => channel.push(listing));
      this.stopping(
        running.then(
          () => stop(() => channel.end()),
          (error) => stop(() => channel.fail(error)),
        ),
      );
    };
    return {
      next: () => {
        if (parent?.aborted || (this.#disposed && started)) channel.close();
        else if (!started) {
          try {
            start();
          } catch (error) {
            channel.fail(error);
          }
        }
        started = true;
        return channel.next();
      },
      return: () => {
        started = true;
        return channel.return();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Dispose waits for this a moment. */
  stopping(promise: Promise<unknown>): void {
    keep(this.#stopping, promise);
  }

  /** Dispose waits for this until it is settled; it has to have a limit of its own. */
  withdrawing(promise: Promise<unknown>): void {
    keep(this.#withdrawing, promise);
  }

  async dispose(): Promise<void> {
    this.#disposed = new DiscoveryError("DISPOSED", `${this.#name} has been disposed; make a new discovery.`, {
      adapter: this.#name,
    });
    for (const scope of [...this.#open]) scope.close(this.#disposed);
    const stopped = Promise.all(this.#stopping);
    const late = new DiscoveryError("TIMED_OUT", `${this.#name} did not stop in time.`);
    await within(stopped, GRACE_MS, this.#clock, () => late).catch(() => {});
    await Promise.all(this.#withdrawing);
  }
}

function keep(set: Set<Promise<unknown>>, promise: Promise<unknown>): void {
  const kept: Promise<unknown> = ignore(promise).then(() => set.delete(kept));
  set.add(kept);
}
