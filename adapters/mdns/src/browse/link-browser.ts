import type { Clock, Random, Timer } from "@rollcall/core";
import type { Message, Peer, Question } from "../dns/message.js";
import { isWritableHost, isWritableInstance, sameName } from "../dns/names.js";
import { packQuery } from "../dns/pack.js";
import { readTxt } from "../dns/txt.js";
import type { Link } from "../net/network.js";
import { QuerySchedule } from "./query-schedule.js";
import { IMMINENT_MS, Resolver } from "./resolver.js";
import { type FoundInstance, ServiceCache } from "./service-cache.js";

export interface LinkBrowserOptions {
  readonly link: Link;
  readonly type: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxInstances: number;
  readonly onOverflow: () => void;
  /** The instances may be others now. */
  readonly onChange: () => void;
}

/** Work goes through the whole cache, so what comes due in quick succession is done together. */
const REST_MS = 20;
/** An instance whose TXT record was asked for this often in vain is listed without. */
const PATIENCE_FOR_TXT = 2;

/**
 * Continuous querying for one service on one link (RFC 6762 section 5.2): asks, keeps what is answered for as long as it
 * is good, asks again before it no longer is.
 */
export class LinkBrowser {
  readonly #options: LinkBrowserOptions;
  readonly #cache: ServiceCache;
  readonly #schedule: QuerySchedule;
  readonly #resolver: Resolver;
  readonly #browse: Question;
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  #restUntil = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: LinkBrowserOptions) {
    this.#options = options;
    this.#browse = { name: options.type, type: "PTR" };
    this.#cache = new ServiceCache(options);
    this.#schedule = new QuerySchedule(options.random);
    this.#resolver = new Resolver(options.random);
    this.restart();
  }

  get link(): Link {
    return this.#options.link;
  }

  /** Asks again as if nothing were known, and forgets nothing. */
  restart(): void {
    this.#schedule.restart(this.#options.clock.now());
    this.#arm();
  }

  received(message: Message, from: Peer): void {
    if (this.#stopped) return;
    const now = this.#options.clock.now();
    if (message.kind === "query") {
      if (from.port === this.link.port) this.#othersAsk(message, now);
    } else if (this.#cache.take(message, now)) {
      this.#resolver.somethingCame(now);
      this.#options.onChange();
    }
    this.#arm();
  }

  /** The instances that can be dialled. */
  *instances(): Iterable<FoundInstance> {
    for (const instance of this.#cache.instances()) if (this.#isComplete(instance)) yield instance;
  }

  /** Whether there is an instance of which more is being asked. */
  get isResolving(): boolean {
    return [...this.#cache.instances()].some((instance) => !this.#isComplete(instance));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }

  #isComplete({ name, srv, txt, addresses }: FoundInstance): boolean {
    if (srv === undefined || (addresses.length === 0 && readTxt(txt ?? []).host === undefined)) return false;
    return txt !== undefined || this.#resolver.asked({ name, type: "TXT" }) >= PATIENCE_FOR_TXT;
  }

  #othersAsk(message: Message, now: number): void {
    const known = message.answers.every((answer) => this.#cache.records.has(answer));
    if (message.truncated || !known) return;
    for (const question of message.questions.filter(({ unicast }) => !unicast)) {
      this.#cache.records.asked(question, now);
      this.#resolver.othersAsk(question, now);
      const ours = question.type === "PTR" && sameName(question.name, this.#browse.name);
      if (ours && this.#schedule.nextAt - now <= IMMINENT_MS) this.#schedule.asked(now);
    }
  }

  #work(): void {
    const now = this.#options.clock.now();
    const expired = this.#cache.records.expire(now);
    const questions = this.#cache.records.refresh(now);
    if (this.#schedule.nextAt <= now) {
      this.#schedule.asked(now);
      questions.push(this.#browse);
    }
    // What has expired is asked for once more, but not by everybody at the same moment.
    if (expired) this.#resolver.somethingCame(now);
    const looking = this.#resolver.nextAt <= now;
    const missing = looking ? this.#resolver.questions(this.#cache.missing(), now) : [];
    this.#ask([...questions, ...missing], now);
    this.#arm();
    // Having asked often enough in vain also makes a difference.
    if (expired || missing.length > 0) this.#options.onChange();
  }

  #ask(questions: readonly Question[], now: number): void {
    const { type, link } = this.#options;
    const ofInstances = questions.filter((question) => question.type === "SRV" || question.type === "TXT");
    const ofHosts = questions.filter((question) => question.type === "A" || question.type === "AAAA");
    const writable = ofInstances.filter(({ name }) => isWritableInstance(name, type));
    // What the codec cannot write is asked for by browsing without known answers, to which responders add the rest.
    const withoutKnown = writable.length < ofInstances.length;
    const open = withoutKnown || questions.some((question) => question.type === "PTR") ? this.#browse : undefined;
    const known = open && !withoutKnown ? this.#cache.records.knownAnswers(open, now) : [];
    const messages = packQuery(
      [...writable, ...ofHosts.filter(({ name }) => isWritableHost(name))],
      open,
      known.filter((record) => record.type === "PTR" && isWritableInstance(record.data, type)),
    );
    for (const message of messages) void link.send(message);
  }

  #arm(): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    const dueAt = Math.min(this.#cache.records.nextAt, this.#schedule.nextAt, this.#resolver.nextAt);
    const at = Math.max(dueAt, this.#restUntil);
    if (this.#timer?.at === at) return;
    this.#timer?.timer.cancel();
    const work = () => {
      this.#timer = undefined;
      this.#restUntil = clock.now() + REST_MS;
      this.#work();
    };
    // Rounded up: a timer that fires a fraction too soon would find nothing to do. The schedule is never without a next.
    this.#timer = { at, timer: clock.schedule(Math.max(0, Math.ceil(at - clock.now())), work) };
  }
}
