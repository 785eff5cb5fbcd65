import { type Clock, DiscoveryError, type InstanceLike, type SessionRequest, sleep } from "@rollcall/core";
import { nextIndex } from "./blocking-index.js";
import type { ConsulCalls, HealthAnswer } from "./calls.js";
import { readEntry } from "./health-entry.js";
import { Pace } from "./pace.js";

export interface HealthWatch {
  /** The discovery's name. */
  readonly name: string;
  readonly calls: ConsulCalls;
  /** What is asked, without index and wait. */
  readonly query: object;
  readonly waitMs: number;
  readonly clock: Clock;
}

/** So many changes are passed on at once; after that one per interval, always the newest state. */
const CHANGES = { burst: 100, intervalMs: 5 };
/** The same for answers with another index that say what the one before said. */
const REPETITIONS = { burst: 50, intervalMs: 50 };
/** How long to wait after an answer that came at once and brought nothing. */
const IDLE_INTERVAL_MS = 1000;

/**
 * One session of blocking queries: the answer of now, and then each that may bring a change, until the signal aborts or
 * a query fails. An answer is due within `waitMs`; as soon as it is there, the next question is under way.
 */
export async function* watchHealth(watch: HealthWatch, request: SessionRequest): AsyncGenerator<readonly unknown[]> {
  const { name, calls, query, waitMs, clock } = watch;
  const { signal } = request;
  const report = once(name, request.report);
  const changes = new Pace(CHANGES.burst, CHANGES.intervalMs);
  const repetitions = new Pace(REPETITIONS.burst, REPETITIONS.intervalMs);
  let said: string | undefined;
  let index: bigint | undefined;
  while (!signal.aborted) {
    const askedAt = clock.now();
    const blocking = index === undefined ? {} : { index: String(index), wait: `${waitMs}ms` };
    const answer = await calls.health({ ...query, ...blocking }, signal, index === undefined ? 0 : waitMs);
    const next = nextIndex(index, answer.index);
    if (next.verdict !== "same") {
      await checkPermission(watch, answer, signal, report);
      yield answer.entries;
    }
    if (next.verdict === "none") report("INVALID_RESPONSE", NO_INDEX);
    const cameAtOnce = clock.now() - askedAt < IDLE_INTERVAL_MS;
    const isIdle = next.verdict === "none" || (next.verdict === "same" && cameAtOnce);
    index = next.index;
    // After the listing has been passed on, as it takes time where there are thousands.
    const before = said;
    said = JSON.stringify(answer.entries);
    const pace = said === before ? repetitions : changes;
    const pauseMs = Math.max(pace.next(clock.now()), isIdle ? IDLE_INTERVAL_MS : 0);
    if (pauseMs > 0) await sleep(clock, pauseMs, signal);
  }
}

/** What is listed, answer by answer. */
export async function* watchListing(watch: HealthWatch, request: SessionRequest): AsyncGenerator<InstanceLike[]> {
  for await (const entries of watchHealth(watch, request)) yield entries.map(readEntry);
}

/** What is listed now. */
export async function askListing(watch: HealthWatch, { signal, report }: SessionRequest): Promise<InstanceLike[]> {
  const answer = await watch.calls.health(watch.query, signal);
  await checkPermission(watch, answer, signal, once(watch.name, report));
  return answer.entries.map(readEntry);
}

const NO_INDEX =
  "the answer has no X-Consul-Index, as if a proxy took it away: changes are found by asking every second. Let that " +
  "header through, or set the option url to the agent itself.";
const FILTERED =
  "the token may not see all instances: it lacks the ACL permission node:read on their nodes, or service:read on them.";
type Report = (code: "FORBIDDEN" | "INVALID_RESPONSE", what: string) => void;

/** Consul leaves out what a token may not see. That nothing is left of it is not the same as that nobody is there. */
async function checkPermission(
  { name, calls }: HealthWatch,
  { entries, isFiltered, isDenyingByDefault }: HealthAnswer,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  const isEmpty = entries.length === 0;
  if (isEmpty && isDenyingByDefault) await calls.mayRead(signal);
  if (isEmpty && isFiltered) throw new DiscoveryError("FORBIDDEN", `${name}: ${FILTERED}`, { adapter: name });
  if (isFiltered) report("FORBIDDEN", FILTERED);
}

/** Says everything once in a session. */
function once(adapter: string, report: SessionRequest["report"]): Report {
  const told = new Set<string>();
  return (code, what) => {
    if (told.has(what)) return;
    told.add(what);
    report(new DiscoveryError(code, `${adapter}: ${what}`, { adapter }));
  };
}
