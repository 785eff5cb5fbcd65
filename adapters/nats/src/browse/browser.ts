import { DiscoveryError, type ServiceInstance, type Timer, toDiscoveryError } from "@rollcall/core";
import { answered } from "../bus/answered.js";
import type { Bus, BusMessage } from "../bus/bus.js";
import { type Setup, token } from "../setup.js";
import { decodeAlive, decodeBye, encodeQuestion, type Lease } from "../wire/messages.js";
import { Gathering } from "./gathering.js";
import { Roster } from "./roster.js";

/** After so many milliseconds without a word the server is asked for a sign of life: a cut cable says nothing. */
const SILENCE_MS = 10_000;

/** No session reports more problems with messages than this: whoever sends nonsense may send much of it. */
const MAX_REPORTS = 100;

export interface BrowserOptions {
  readonly setup: Setup;
  /** Hears of messages that could not be read. */
  readonly report: (problem: DiscoveryError) => void;
  /** Taken for listed until their time to live has passed without a word. */
  readonly remembered: readonly Lease[];
  /** Called with all instances: once what there is has been gathered, and after every change. */
  readonly onListing: (instances: readonly ServiceInstance[]) => void;
  /** Called once, when the session is over; then nothing more. */
  readonly onTrouble: (error: DiscoveryError) => void;
}

/** Asks who is there, and keeps up with who comes, goes and falls silent. */
export class Browser {
  readonly #options: BrowserOptions;
  readonly #setup: Setup;
  readonly #roster: Roster;
  readonly #reported = new Set<string>();
  #bus: Bus | undefined;
  #gathering: Gathering | undefined;
  #wakeUp: Timer | undefined;
  /** When that is; while the server is being asked it must not be put forward. */
  #wakeAt = -Infinity;
  #heardAt = 0;
  #over = false;

  constructor(options: BrowserOptions) {
    this.#options = options;
    this.#setup = options.setup;
    this.#roster = new Roster(options.setup.maxInstances);
    this.#remember();
  }

  get leases(): readonly Lease[] {
    return this.#roster.leases;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { open, subjects, random } = this.#setup;
    const trouble = (error: DiscoveryError) => this.#fail(error);
    try {
      const bus = await open(signal, { lost: trouble, denied: trouble });
      this.#bus = bus;
      if (this.#over) return void (await bus.close());
      this.#remember();
      const caughtUp = () => this.#ask(bus).catch((error) => this.#fail(error));
      this.#gathering = new Gathering({ ...this.#setup, caughtUp }, () => this.#gathered());
      const answers = subjects.answers(token(random));
      // The question comes last: who announces itself between question and subscription would be missed.
      bus.subscribe(subjects.alive, (message) => this.#received(message));
      bus.subscribe(subjects.bye, (message) => this.#receivedBye(message));
      bus.subscribe(answers, (message) => this.#answered(message));
      bus.publish(subjects.who, encodeQuestion(), answers);
      await this.#ask(bus);
      this.#gathering.begin();
      this.#scheduleWakeUp();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#gathering?.stop();
    this.#wakeUp?.cancel();
    await this.#bus?.close();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    void this.stop();
    this.#options.onTrouble(toDiscoveryError(error, this.#setup.name));
  }

  /** Their time begins when there is a server again: what could not be heard meanwhile is held against nobody. */
  #remember(): void {
    for (const lease of this.#options.remembered) this.#roster.heard(lease, this.#setup.clock.now());
  }

  #answered(message: BusMessage): void {
    if (message.nobody) this.#gathering?.nobody();
    else {
      this.#gathering?.answer();
      this.#received(message);
    }
  }

  #received({ data }: BusMessage): void {
    if (this.#over) return;
    this.#heardAt = this.#setup.clock.now();
    try {
      const lease = decodeAlive(data);
      const heard = this.#roster.heard(lease, this.#heardAt);
      if (heard === "full") this.#report(overflow(this.#setup));
      if (heard === "changed") this.#list();
      const isListed = heard === "changed" || heard === "renewed";
      if (isListed && this.#heardAt + lease.ttlMs < this.#wakeAt) this.#scheduleWakeUp();
    } catch (cause) {
      this.#report(unreadable(this.#setup.name, this.#setup.subjects.alive, cause));
    }
  }

  #receivedBye({ data }: BusMessage): void {
    if (this.#over) return;
    this.#heardAt = this.#setup.clock.now();
    try {
      if (this.#roster.left(decodeBye(data), this.#heardAt)) this.#list();
    } catch (cause) {
      this.#report(unreadable(this.#setup.name, this.#setup.subjects.bye, cause));
    }
  }

  #gathered(): void {
    this.#gathering = undefined;
    this.#list();
  }

  #list(): void {
    if (!this.#gathering && !this.#over) this.#options.onListing(this.#roster.instances);
  }

  #report(problem: DiscoveryError): void {
    if (this.#reported.has(problem.message) || this.#reported.size >= MAX_REPORTS) return;
    this.#reported.add(problem.message);
    this.#options.report(problem);
  }

  async #ask(bus: Bus): Promise<void> {
    await answered(bus, this.#setup);
    this.#heardAt = this.#setup.clock.now();
  }

  #scheduleWakeUp(): void {
    if (this.#over) return;
    const { clock } = this.#setup;
    this.#wakeUp?.cancel();
    this.#wakeAt = Math.min(this.#roster.expiresAt, this.#heardAt + SILENCE_MS);
    this.#wakeUp = clock.schedule(Math.max(0, this.#wakeAt - clock.now()), () => void this.#wake());
  }

  /**
   * Before anybody is dropped for silence, the server has to answer: then what was said until now has been heard, and
   * the silence is theirs. Otherwise it may be ours: a server that hangs, a cut cable, a process that was stopped.
   */
  async #wake(): Promise<void> {
    const { clock } = this.#setup;
    const now = clock.now();
    this.#wakeAt = -Infinity;
    try {
      if (this.#bus && (this.#roster.expiresAt <= now || this.#heardAt + SILENCE_MS <= now)) {
        await this.#ask(this.#bus);
        if (this.#roster.expire(clock.now())) this.#list();
      }
      this.#scheduleWakeUp();
    } catch (error) {
      this.#fail(error);
    }
  }
}

function unreadable(adapter: string, subject: string, cause: unknown): DiscoveryError {
  const message =
    `${adapter}: left out a message on ${subject}: ${(cause as Error).message}. Find out who sends there; the README ` +
    "says what messages look like.";
  return new DiscoveryError("MALFORMED_RECORD", message, { adapter, cause });
}

function overflow({ name, maxInstances }: Setup): DiscoveryError {
  const message =
    `${name}: more than ${maxInstances} instances are announced; the others are left out. Raise maxInstances, or find ` +
    "out who announces so many.";
  return new DiscoveryError("INVALID_RESPONSE", message, { adapter: name });
}
