import type { Clock, Timer } from "@rollcall/core";
import { afterReading } from "./after-reading.js";
import type { EtcdConnection } from "./api/etcd-connection.js";
import { GrpcError, STATUS } from "./grpc/grpc-error.js";

export interface KeepAliveOptions {
  readonly key: string;
  readonly lease: number;
  /** The revision at which the key was put. */
  readonly since: number;
  readonly everyMs: number;
  /** For the answer to a renewal. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Renews a lease at intervals. Resolves when the lease or the key is gone, or the signal aborts; rejects when the
 * connection is of no use any more.
 */
export function keepAlive(etcd: EtcdConnection, options: KeepAliveOptions): Promise<void> {
  const { key, lease, since, everyMs, timeoutMs, clock, signal } = options;
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      for (const timer of [next, deadline]) timer?.cancel();
      for (const stream of [watch, renewals]) stream.close();
      signal.removeEventListener("abort", gone);
      if (error) reject(error);
      else resolve();
    };
    const gone = () => finish();
    // Tells at once of a lease that was revoked or ran out, and of a key that somebody has deleted.
    const watch = etcd.watch(key, undefined, since + 1, {
      answer({ events }) {
        if (events.some(({ value }) => value === undefined)) gone();
      },
      end: finish,
    });
    const renewals = etcd.renewals({
      answer({ ttl }) {
        deadline?.cancel();
        deadline = undefined;
        if (ttl === 0) gone();
      },
      end: finish,
    });
    let next: Timer | undefined;
    let deadline: Timer | undefined;
    const renew = () => {
      next = clock.schedule(everyMs, renew);
      renewals.renew(lease);
      // An earlier renewal that is not answered yet has its own time.
      deadline ??= clock.schedule(timeoutMs, () => {
        afterReading(() => {
          if (deadline !== undefined)
            finish(new GrpcError(STATUS.DEADLINE_EXCEEDED, `no answer within ${timeoutMs} ms`));
        });
      });
    };
    signal.addEventListener("abort", gone, { once: true });
    renew();
  });
}
