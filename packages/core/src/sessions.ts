import { openScope, type Scope, within } from "./abort.js";
import { ignore } from "./async-iteration.js";
import type { Clock } from "./clock.js";
import { conflatingChannel } from "./conflating-channel.js";
import { failure } from "./discovery-error.js";
import { sameListing } from "./listing.js";
import { onAbort } from "./on-abort.js";
import type { Listing } from "./service-instance.js";

/** Everything one discovery object has open, so that disposing it can end it all. */
export interface Sessions {
  /** @throws DiscoveryError `DISPOSED`, or the parent's reason if that has aborted */
  open(parent?: AbortSignal): Scope;
  /**
   * One subscription, opened by the first `next`. `run` emits listings until its signal aborts; when it returns or
   * throws, so does the iteration. Its signal aborts in every case, so `run` may hang its cleaning up on that.
   */
  subscription(parent: AbortSignal | undefined, run: Run): AsyncIterableIterator<Listing, undefined>;
  /** Dispose waits for this: 250 milliseconds, unless told otherwise. */
  closing(promise: Promise<unknown>, limitMs?: number): void;
  /** Ends everything at once, then waits. Then `finish`, once. Idempotent. */
  dispose(finish: () => Promise<void>): Promise<void>;
}

type Run = (signal: AbortSignal, emit: (listing: Listing) => void) => Promise<void>;

export function openSessions(name: string, clock: Clock): Sessions {
  const life = openScope();
  const limits = new Map<Promise<unknown>, number>();
  let disposed: Promise<void> | undefined;

  const open = (parent?: AbortSignal) => {
    life.signal.throwIfAborted();
    parent?.throwIfAborted();
    return openScope(parent, life.signal);
  };
  // Sessions that heed their signal are gone long before; one that does not must not hold up the program's shutdown.
  const closing = (promise: Promise<unknown>, limitMs = 250) => {
    const settled: Promise<unknown> = ignore(promise).then(() => limits.delete(settled));
    limits.set(settled, limitMs);
  };
  const wait = async (finish: () => Promise<void>) => {
    await Promise.all(
      [...limits].map(([settled, limitMs]) => ignore(within(settled, limitMs, clock, name, "closing"))),
    );
    await finish();
  };

  return {
    open,
    subscription(parent, run) {
      let close = () => {};
      const channel = conflatingChannel(sameListing, () => close());
      let start: (() => Promise<void>) | undefined = async () => {
        const scope = open(parent);
        const leave = onAbort(scope.signal, channel.close);
        close = () => {
          // What was emitted before the end is still to be read, so the end must not look like an abort to the channel.
          leave();
          scope.close();
        };
        await run(scope.signal, channel.push);
      };
      return {
        next() {
          // Also when it failed before and nobody has heard of it: an aborted iteration ends normally.
          if (parent?.aborted || (life.signal.aborted && !start)) channel.close();
          else if (start) closing(start().then(channel.end, channel.fail));
          start = undefined;
          return channel.next();
        },
        return() {
          start = undefined;
          return channel.return();
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
    closing,
    async dispose(finish) {
      if (!life.signal.aborted) {
        life.close(failure(name, "DISPOSED", "it is disposed; make a new one."));
        disposed = wait(finish);
      }
      return disposed;
    },
  };
}
