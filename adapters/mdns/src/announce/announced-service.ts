import type { Clock, Random } from "@rollcall/core";
import type { DnsRecord, Message, Peer } from "../dns/message.js";
import { recordKey, setKey } from "../dns/rdata.js";
import type { Link } from "../net/network.js";
import { type AnnouncedThing, type OwnRecords, ownRecords } from "./own-records.js";
import { Prober } from "./prober.js";
import { Responder } from "./responder.js";

/** After this many conflicts within that time, in milliseconds, each further attempt waits (RFC 6762 section 8.1). */
const MANY_CONFLICTS = 15;
const MANY_WITHIN_MS = 10_000;
const SLOW_PAUSE_MS = 5000;

export interface AnnouncedServiceOptions {
  readonly thing: AnnouncedThing;
  readonly clock: Clock;
  readonly random: Random;
  /** A link has announced, or left: `isAnnounced` may be another now. */
  readonly onProgress: () => void;
  /** Somebody else has the name; from now on it is this one. */
  readonly onRenamed: (name: string) => void;
}

interface LinkState {
  readonly link: Link;
  records: OwnRecords;
  prober?: Prober;
  /** There once the names have been found free. */
  responder?: Responder;
}

/**
 * One instance on all links: probes for its name, announces it, answers for it, defends it and, when somebody else has
 * it, takes another. The name is the same everywhere.
 */
export class AnnouncedService {
  readonly #options: AnnouncedServiceOptions;
  readonly #links = new Map<string, LinkState>();
  readonly #ours = new Set<string>();
  #attempt = 1;
  /** When there were conflicts lately. */
  #conflicts: number[] = [];
  /** There were too many; until a name is found free. */
  #isSlow = false;
  #withdrawn = false;

  constructor(options: AnnouncedServiceOptions) {
    this.#options = options;
  }

  /** Whether every link that leads to the instance lists it, and there is one. */
  get isAnnounced(): boolean {
    return this.#links.size > 0 && [...this.#links.values()].every(({ responder }) => responder !== undefined);
  }

  /** The addresses that are published, on all links together. */
  get addresses(): string[] {
    const all = [...this.#links.values()].flatMap(({ records }) => records.addresses.map(({ data }) => data));
    return [...new Set(all)];
  }

  /** A link is there, or is not what it was: asks whether the names are free, and announces. */
  linkUp(link: Link): void {
    this.linkDown(link);
    const records = ownRecords(this.#options.thing, this.#attempt, link);
    // Without an address it would only be found to be unreachable. An address may come later.
    if (this.#withdrawn || records.addresses.length === 0) return;
    const state: LinkState = { link, records };
    this.#links.set(link.key, state);
    this.#probe(state);
  }

  linkDown(link: Link): void {
    const state = this.#links.get(link.key);
    if (state === undefined) return;
    stop(state);
    this.#links.delete(link.key);
    this.#collectOurs();
    this.#options.onProgress();
  }

  received(link: Link, message: Message, from: Peer): void {
    const state = this.#links.get(link.key);
    if (state === undefined) return;
    const { prober, responder } = state;
    if (responder === undefined) {
      prober?.received(message);
    } else if (message.kind === "query") {
      responder.query(message, from);
    } else if ([...message.answers, ...message.additionals].some((record) => this.#contradicts(record, state))) {
      // Asks again whether the name is ours: the other one answers the probe, or probes too and one of us wins.
      this.#probe(state, this.#pauseAfterConflict());
    } else {
      responder.response(message);
    }
  }

  /** Says goodbye wherever it was announced. Nothing that comes later is answered. */
  async withdraw(): Promise<void> {
    this.#withdrawn = true;
    const states = [...this.#links.values()];
    // All at once, before the first goodbye is sent: one link may hear another's and take it for a mistake.
    this.#links.clear();
    for (const state of states) stop(state);
    await Promise.all(states.map(({ responder }) => responder?.goodbye()));
  }

  #probe(state: LinkState, pauseMs = 0): void {
    stop(state);
    const { clock, random, thing } = this.#options;
    delete state.responder;
    state.records = ownRecords(thing, this.#attempt, state.link);
    this.#collectOurs();
    const options = {
      ...{ clock, random, records: state.records },
      send: (message: Message) => void state.link.send(message),
      isOurs: (record: DnsRecord) => this.#ours.has(recordKey(record)),
      onWon: () => this.#won(state),
      onConflict: () => this.#rename(),
    };
    state.prober = new Prober(options, pauseMs);
  }

  #won(state: LinkState): void {
    delete state.prober;
    this.#isSlow = false;
    const { clock, random, onProgress } = this.#options;
    state.responder = new Responder({ link: state.link, records: state.records, clock, random });
    onProgress();
  }

  /** Another record in a set that is ours alone (RFC 6762 section 9). */
  #contradicts(record: DnsRecord, { records }: LinkState): boolean {
    if (record.ttl === 0 || this.#ours.has(recordKey(record))) return false;
    return records.unique.some((own) => setKey(own) === setKey(record));
  }

  #rename(): void {
    const pauseMs = this.#pauseAfterConflict();
    this.#attempt++;
    // No goodbye: the pointer to the name that we give up is the other one's, too.
    for (const state of this.#links.values()) this.#probe(state, pauseMs);
    const [first] = this.#links.values();
    if (first) this.#options.onRenamed(first.records.srv.name);
  }

  #pauseAfterConflict(): number {
    const now = this.#options.clock.now();
    this.#conflicts = [...this.#conflicts.filter((at) => at > now - MANY_WITHIN_MS), now];
    this.#isSlow ||= this.#conflicts.length >= MANY_CONFLICTS;
    return this.#isSlow ? SLOW_PAUSE_MS : 0;
  }

  #collectOurs(): void {
    this.#ours.clear();
    for (const { records } of this.#links.values()) {
      for (const record of records.all) this.#ours.add(recordKey(record));
    }
  }
}

function stop({ prober, responder }: LinkState): void {
  prober?.stop();
  responder?.stop();
}
