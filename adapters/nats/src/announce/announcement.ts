import { DiscoveryError, exponentialBackoff, sleep, type Timer, toDiscoveryError } from "@rollcall/core";
import { answered } from "../bus/answered.js";
import type { Bus } from "../bus/bus.js";
import type { Setup } from "../setup.js";
import { encodeAlive, encodeBye, type Lease } from "../wire/messages.js";

/** How soon a lost connection is made again. All lost theirs at once, and should not come back in step. */
const RECONNECTING = exponentialBackoff({ initialMs: 250, factor: 2, maxMs: 2000, jitter: 0.5 });

/** Heartbeats within the time to live: two may get lost. */
const HEARTBEATS = 3;

/** One lease, kept alive over as many connections as it takes until it is withdrawn. */
export class Announcement {
  readonly #setup: Setup;
  readonly #lease: Lease;
  readonly #report: (problem: DiscoveryError) => void;
  readonly #life = new AbortController();
  #bus: Bus | undefined;
  #heartbeat: Timer | undefined;
  /** Whether a server ever took it. */
  #taken = false;
  /** The first that the server refused on the connection that there is now. */
  #denied: DiscoveryError | undefined;
  /** What was reported last, as long as it lasts: the same trouble at every heartbeat is one trouble. */
  #trouble: string | undefined;

  constructor(setup: Setup, lease: Lease, report: (problem: DiscoveryError) => void) {
    this.#setup = setup;
    this.#lease = lease;
    this.#report = report;
  }

  /**
   * An abort ends the connecting. Later it has to be withdrawn, because then others have heard of it.
   *
   * @throws DiscoveryError why the server did not take it; then nothing is left of it
   */
  async start(signal: AbortSignal): Promise<void> {
    const abort = () => this.#life.abort(signal.reason);
    signal.addEventListener("abort", abort);
    try {
      await this.#open();
    } catch (error) {
      this.#life.abort();
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** @throws DiscoveryError when nobody could be told, so that the lease has to expire */
  async withdraw(): Promise<void> {
    this.#life.abort();
    this.#heartbeat?.cancel();
    const bus = this.#bus;
    if (!bus) throw silent(this.#setup);
    try {
      this.#denied = undefined;
      bus.publish(this.#setup.subjects.bye, encodeBye(this.#lease.lease));
      await answered(bus, this.#setup);
      if (this.#denied) throw this.#denied;
    } finally {
      await bus.close();
    }
  }

  async #open(): Promise<void> {
    const { open, subjects } = this.#setup;
    const { signal } = this.#life;
    let stands = false;
    this.#denied = undefined;
    const bus = await open(signal, {
      lost: (error) => stands && this.#lost(error),
      denied: (error) => {
        this.#denied ??= error;
      },
    });
    this.#bus = bus;
    try {
      // Listening comes first: who asks after the announcement was taken must get an answer.
      bus.subscribe(subjects.who, ({ reply }) => {
        if (reply !== undefined && !signal.aborted) bus.publish(reply, encodeAlive(this.#lease));
      });
      await this.#beat(bus);
      stands = this.#taken = true;
      if (!signal.aborted) this.#scheduleHeartbeat();
    } catch (error) {
      this.#bus = undefined;
      // A server that was too slow to answer may still pass it on.
      if (!this.#taken) bus.publish(subjects.bye, encodeBye(this.#lease.lease));
      await bus.close();
      throw error;
    }
  }

  async #beat(bus: Bus): Promise<void> {
    bus.publish(this.#setup.subjects.alive, encodeAlive(this.#lease));
    await answered(bus, this.#setup);
    if (this.#denied) throw this.#denied;
    this.#trouble = undefined;
  }

  #scheduleHeartbeat(): void {
    const { clock, random, ttlMs } = this.#setup;
    // Up to a tenth sooner, so that nodes that were started together do not speak together.
    this.#heartbeat = clock.schedule((ttlMs / HEARTBEATS) * (1 - 0.1 * random()), () => {
      const bus = this.#bus;
      if (!bus) return;
      const current = () => this.#bus === bus && !this.#life.signal.aborted;
      this.#beat(bus).then(
        () => {
          if (current()) this.#scheduleHeartbeat();
        },
        (error) => {
          if (current()) void this.#lost(error);
        },
      );
    });
  }

  /** The connection is of no use any more. Another one, until it is withdrawn: nobody else would renew the lease. */
  async #lost(thrown: unknown): Promise<void> {
    const { signal } = this.#life;
    const { clock, random, name } = this.#setup;
    let error = thrown;
    this.#heartbeat?.cancel();
    const bus = this.#bus;
    this.#bus = undefined;
    if (!bus || signal.aborted) return;
    await bus.close();
    for (let failures = 1; !signal.aborted; failures++) {
      this.#tell(toDiscoveryError(error, name));
      await sleep(clock, RECONNECTING.delayMs(failures, random), signal);
      if (signal.aborted) return;
      try {
        return await this.#open();
      } catch (again) {
        error = again;
      }
    }
  }

  #tell(problem: DiscoveryError): void {
    if (this.#life.signal.aborted || this.#trouble === problem.message) return;
    this.#trouble = problem.message;
    this.#report(problem);
  }
}

function silent({ name, ttlMs }: Setup): DiscoveryError {
  const message =
    `${name}: cannot say goodbye, because there is no connection to a NATS server. The others list this instance for ` +
    `up to ${ttlMs} ms more.`;
  return new DiscoveryError("UNAVAILABLE", message, { adapter: name });
}
