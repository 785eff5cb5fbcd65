import {
  type Clock,
  type InstanceLike,
  type ListingChannel,
  listingChannel,
  type SessionRequest,
  systemClock,
  type Timer,
} from "@rollcall/core";
import { afterReading } from "./after-reading.js";
import type { EtcdConnection, Watch } from "./api/etcd-connection.js";
import { prefixEnd, type RangeAnswer, type WatchAnswer } from "./api/messages.js";
import { connectToEtcd } from "./connect.js";
import { GrpcError, STATUS } from "./grpc/grpc-error.js";
import type { CheckedOptions } from "./options.js";
import { entryOf } from "./records.js";

/** A question in the stream of a watch is answered after all that happened before; how many time-outs that may take. */
const PATIENCE = 5;

/** All instances, once. */
export async function lookUp(name: string, options: CheckedOptions, signal: AbortSignal): Promise<InstanceLike[]> {
  const ask = (etcd: EtcdConnection) => etcd.range(options.folder);
  const { etcd, first } = await connectToEtcd({ name, options, permission: "read", signal, ask });
  etcd.close();
  return first.pairs.map(entryOf);
}

/** One session: what there is, then what changes, until there is trouble or the signal aborts. */
export function browse(
  name: string,
  options: CheckedOptions,
  { signal }: SessionRequest,
): AsyncIterable<Iterable<InstanceLike>> {
  const channel = listingChannel(signal);
  const ask = (etcd: EtcdConnection) => etcd.range(options.folder);
  connectToEtcd({ name, options, permission: "read", signal, ask })
    .then(({ etcd, first, failure }) => {
      // A failure ends the session, and so aborts the signal, which closes the connection.
      const session = new Session(options, etcd, first, channel, (error) => channel.fail(failure(error)));
      signal.addEventListener("abort", () => session.end(), { once: true });
      if (!signal.aborted) session.begin();
    })
    .catch(channel.fail);
  return channel;
}

/** A watch on the instances, and a watch on the watch. */
class Session {
  readonly #options: CheckedOptions;
  readonly #clock: Clock;
  readonly #etcd: EtcdConnection;
  readonly #channel: ListingChannel;
  readonly #fail: (error: Error) => void;
  readonly #revision: number;
  /** By key. */
  readonly #entries: Map<string, InstanceLike>;
  /** Until the next question whether the watch is served. */
  #pause: Timer | undefined;
  /** Until the watch has to have given an answer. */
  #deadline: Timer | undefined;

  constructor(
    options: CheckedOptions,
    etcd: EtcdConnection,
    { revision, pairs }: RangeAnswer,
    channel: ListingChannel,
    fail: (error: Error) => void,
  ) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#etcd = etcd;
    this.#channel = channel;
    this.#fail = fail;
    this.#revision = revision;
    this.#entries = new Map(pairs.map((pair) => [pair.key, entryOf(pair)]));
  }

  begin(): void {
    const { folder, requestTimeoutMs } = this.#options;
    this.#channel.push(this.#entries.values());
    // From the revision after the one that was read: nothing is missed in between.
    const watch = this.#etcd.watch(folder, prefixEnd(folder), this.#revision + 1, {
      answer: (answer) => this.#take(answer),
      end: this.#fail,
    });
    // That it has begun is the first answer.
    this.#expectAnswer(requestTimeoutMs);
    this.#askAgain(watch);
  }

  end(): void {
    this.#pause?.cancel();
    this.#deadline?.cancel();
  }

  #take({ events }: WatchAnswer): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    if (events.length === 0) return;
    for (const { key, value } of events) {
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, entryOf({ key, value }));
    }
    this.#channel.push(this.#entries.values());
  }

  #askAgain(watch: Watch): void {
    const { progressMs, requestTimeoutMs } = this.#options;
    this.#pause = this.#clock.schedule(progressMs, () => {
      watch.requestProgress();
      this.#expectAnswer(PATIENCE * requestTimeoutMs);
      this.#askAgain(watch);
    });
  }

  #expectAnswer(withinMs: number): void {
    // An earlier question that is not answered yet has its own time.
    this.#deadline ??= this.#clock.schedule(withinMs, () => {
      afterReading(() => {
        if (this.#deadline === undefined) return;
        this.#fail(new GrpcError(STATUS.DEADLINE_EXCEEDED, `the watch gave no sign of life for ${withinMs} ms`));
      });
    });
  }
}
