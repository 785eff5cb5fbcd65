import { type Clock, DiscoveryError, type InstanceLike, type Random } from "@rollcall/core";
import type { ApiClient, Snapshot } from "./api/api-client.js";
import { Expired } from "./api/api-error.js";
import type { Collection } from "./collection.js";

/** A server that ends watches sooner than this, without a word, would be asked again and again, in milliseconds. */
const TOO_SHORT_MS = 1_000;

export interface SessionOptions {
  readonly name: string;
  readonly watchMs: number;
  readonly inactivityMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Lists, and watches from there on. Two things are part of it and no trouble: a watch that the server ends, which goes
 * on where it ended, and a server that no longer knows what happened since (410), which is asked for everything again.
 *
 * @throws DiscoveryError when there is trouble
 */
export async function* watchCollection(
  api: ApiClient,
  collection: Collection,
  options: SessionOptions,
  signal: AbortSignal,
): AsyncGenerator<InstanceLike[]> {
  const { name, watchMs, inactivityMs, clock, random } = options;
  let version = await relist(api, collection, name, signal);
  yield collection.instances();
  /** Whether everything was listed because it had been forgotten, and nothing was heard since. */
  let forgotten = false;
  for (;;) {
    const begun = clock.now();
    const before = version;
    try {
      const watch = { resourceVersion: version, watchMs: watchMs * (1 - 0.1 * random()), inactivityMs };
      for await (const events of api.watch(watch, signal)) {
        for (const event of events) {
          collection.apply(event);
          version = event.object?.metadata?.resourceVersion ?? version;
        }
        if (events.length > 0) forgotten = false;
        if (events.some(({ type }) => type !== "BOOKMARK")) yield collection.instances();
      }
    } catch (error) {
      if (!(error instanceof Expired)) throw error;
      if (forgotten) throw stale(name, "watched", error);
      version = await relist(api, collection, name, signal);
      yield collection.instances();
      forgotten = true;
      continue;
    }
    if (signal.aborted) return;
    if (version === before && clock.now() - begun < TOO_SHORT_MS) {
      const message = `${name}: the server ended the watch at once; is there a proxy in between that does not let it last?`;
      throw new DiscoveryError("UNAVAILABLE", message, { adapter: name });
    }
    forgotten = false;
  }
}

/** Everything anew, and its version. Begins again, once, when the pages are outdated before all are read. */
export async function relist(
  api: ApiClient,
  collection: Collection,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  let snapshot: Snapshot;
  try {
    snapshot = await api.list(signal);
  } catch (error) {
    if (!(error instanceof Expired)) throw error;
    snapshot = await api.list(signal).catch((again) => {
      throw again instanceof Expired ? stale(name, "read to the end", again) : again;
    });
  }
  collection.replace(snapshot);
  return snapshot.resourceVersion;
}

function stale(name: string, what: string, cause: Error): DiscoveryError {
  const message = `${name}: the server has forgotten what it listed before it could be ${what} (410): ${cause.message}`;
  return new DiscoveryError("UNAVAILABLE", message, { adapter: name, cause });
}
