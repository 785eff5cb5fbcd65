import type { Clock, Random, Timer } from "@rollcall/core";
import { shortDelayMs } from "../browse/query-schedule.js";
import { type DnsRecord, type Message, type Peer, response } from "../dns/message.js";
import { recordKey } from "../dns/rdata.js";
import type { Link } from "../net/network.js";
import { additionalsFor, answersTo, isKnown, legacyResponse } from "./answers.js";
import type { OwnRecords } from "./own-records.js";

/** A record is multicast at most this often, except when a probe has to be answered (RFC 6762 section 6). */
const RATE_MS = 1000;
const PROBE_RATE_MS = 250;
/** After a query whose known answers continue in another packet (RFC 6762 section 7.2). */
const MORE_KNOWN_MIN_MS = 400;
const MORE_KNOWN_SPAN_MS = 100;

export interface ResponderOptions {
  readonly link: Link;
  readonly records: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
}

interface Planned {
  readonly record: DnsRecord;
  dueAt: number;
  /** To be sent even when nobody needs it as an answer any longer: an announcement. */
  required: boolean;
  readonly askers: Set<string>;
}

/** Announces records that are ours on a link, and answers questions for them (RFC 6762 sections 6 to 8.3). */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #ours: ReadonlyMap<string, DnsRecord>;
  readonly #planned = new Map<string, Planned>();
  readonly #multicastAt = new Map<string, number>();
  #sendTimer: Timer | undefined;
  #secondAnnouncement: Timer | undefined;

  /** Announces at once and again a second later. */
  constructor(options: ResponderOptions) {
    this.#options = options;
    this.#ours = new Map(options.records.all.map((record) => [recordKey(record), record]));
    this.#announce();
    this.#secondAnnouncement = options.clock.schedule(RATE_MS, () => this.#announce());
  }

  query(message: Message, from: Peer): void {
    const { link, records, random, clock } = this.#options;
    const asker = `${from.address} ${from.port}`;
    for (const known of message.answers) this.#drop(known, asker);
    const answers = message.questions.flatMap((question) =>
      answersTo(question, records)
        .filter((record) => !isKnown(record, message.answers))
        .map((record) => ({ record, unicast: question.unicast === true })),
    );
    if (answers.length === 0) return;
    if (from.port !== link.port) {
      void link.send(
        legacyResponse(
          message,
          answers.map(({ record }) => record),
          records,
        ),
        from,
      );
      return;
    }
    const isProbe = message.authorities.length > 0;
    const immediately = isProbe || answers.every(({ record }) => record.flush);
    let delayMs = immediately ? 0 : shortDelayMs(random);
    if (message.truncated) delayMs = MORE_KNOWN_MIN_MS + random() * MORE_KNOWN_SPAN_MS;
    const now = clock.now();
    const toOne = answers.filter(({ record, unicast }) => unicast && this.#isFresh(record, now));
    if (toOne.length > 0)
      this.#reply(
        toOne.map(({ record }) => record),
        from,
      );
    for (const answer of answers) {
      if (!toOne.includes(answer)) this.#plan(answer.record, delayMs, isProbe ? PROBE_RATE_MS : RATE_MS, asker);
    }
  }

  /** Somebody multicast records of ours: our answer is not needed any more; or is, when theirs would expire too early. */
  response(message: Message): void {
    const { records, random } = this.#options;
    for (const theirs of [...message.answers, ...message.additionals]) {
      const key = recordKey(theirs);
      const record = this.#ours.get(key);
      if (record === undefined) continue;
      if (theirs.ttl >= record.ttl) {
        // RFC 6762 section 7.4.
        if (this.#planned.get(key)?.required === false) this.#planned.delete(key);
      } else if (theirs.ttl < record.ttl / 2 && record !== records.typePointer) {
        // RFC 6762 section 6.6: caches would drop it too early.
        this.#plan(record, shortDelayMs(random), RATE_MS);
      }
    }
  }

  /** Tells everybody to forget the records, and stops. Not the type's: others may have instances of it. */
  goodbye(): Promise<void> {
    this.stop();
    const { link, records } = this.#options;
    const answers = [records.pointer, ...records.unique].map((record) => ({ ...record, ttl: 0 }));
    return link.send(response({ answers }));
  }

  stop(): void {
    this.#planned.clear();
    this.#sendTimer?.cancel();
    this.#secondAnnouncement?.cancel();
  }

  #announce(): void {
    for (const record of this.#options.records.all) this.#plan(record, 0, RATE_MS);
  }

  #isFresh(record: DnsRecord, now: number): boolean {
    const at = this.#multicastAt.get(recordKey(record));
    return at !== undefined && now - at < (record.ttl * 1000) / 4;
  }

  #plan(record: DnsRecord, delayMs: number, rateMs: number, asker?: string): void {
    const key = recordKey(record);
    const last = this.#multicastAt.get(key) ?? Number.NEGATIVE_INFINITY;
    const dueAt = Math.max(this.#options.clock.now() + delayMs, last + rateMs);
    const planned = this.#planned.get(key) ?? { record, dueAt, required: false, askers: new Set() };
    planned.dueAt = Math.min(planned.dueAt, dueAt);
    if (asker === undefined) planned.required = true;
    else planned.askers.add(asker);
    this.#planned.set(key, planned);
    this.#arm();
  }

  #drop(known: DnsRecord, asker: string): void {
    const planned = this.#planned.get(recordKey(known));
    if (planned === undefined || !isKnown(planned.record, [known]) || !planned.askers.delete(asker)) return;
    if (planned.askers.size === 0 && !planned.required) this.#planned.delete(recordKey(known));
  }

  #arm(): void {
    const { clock } = this.#options;
    this.#sendTimer?.cancel();
    if (this.#planned.size === 0) return;
    const dueAt = Math.min(...[...this.#planned.values()].map((planned) => planned.dueAt));
    this.#sendTimer = clock.schedule(Math.max(0, Math.ceil(dueAt - clock.now())), () => this.#sendDue());
  }

  #sendDue(): void {
    const { link, records, clock } = this.#options;
    const now = clock.now();
    const due = [...this.#planned].filter(([, planned]) => planned.dueAt <= now);
    for (const [key] of due) this.#planned.delete(key);
    const answers = due.map(([, { record }]) => record);
    const additionals = additionalsFor(answers, records).filter((record) => {
      return now - (this.#multicastAt.get(recordKey(record)) ?? Number.NEGATIVE_INFINITY) >= RATE_MS;
    });
    for (const record of [...answers, ...additionals]) this.#multicastAt.set(recordKey(record), now);
    if (answers.length > 0) void link.send(response({ answers, additionals }));
    this.#arm();
  }

  #reply(answers: readonly DnsRecord[], to: Peer): void {
    const { link, records } = this.#options;
    void link.send(response({ answers, additionals: additionalsFor(answers, records) }), to);
  }
}
