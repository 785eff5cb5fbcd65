import type { Clock, Random, Timer } from "@rollcall/core";
import { type DnsRecord, type Message, query } from "../dns/message.js";
import { nameKey, sameName } from "../dns/names.js";
import { compareSets } from "../dns/rdata.js";
import type { OwnRecords } from "./own-records.js";

const PROBES = 3;
const INTERVAL_MS = 250;
/** Who loses against another prober waits this long: by then the winner answers, if it is still there. */
const LOST_TIE_MS = 1000;

export interface ProberOptions {
  readonly records: OwnRecords;
  readonly clock: Clock;
  readonly random: Random;
  readonly send: (message: Message) => void;
  /** Whether a record is one of ours, of this link or another: what comes back to us is no conflict. */
  readonly isOurs: (record: DnsRecord) => boolean;
  readonly onWon: () => void;
  /** Somebody else has the name. */
  readonly onConflict: () => void;
}

/** Finds out whether the names of an instance and its host are free on a link (RFC 6762 sections 8.1 and 8.2). */
export class Prober {
  readonly #options: ProberOptions;
  #timer: Timer | undefined;
  #sent = 0;

  /** @param pauseMs before the first probe, in addition to up to a quarter of a second chosen at random */
  constructor(options: ProberOptions, pauseMs = 0) {
    this.#options = options;
    this.#begin(pauseMs + options.random() * INTERVAL_MS);
  }

  received(message: Message): void {
    if (message.kind === "response") {
      const theirs = [...message.answers, ...message.additionals].some((record) => this.#isTaken(record));
      if (theirs) this.#options.onConflict();
    } else if (this.#losesTo(message)) {
      this.#begin(LOST_TIE_MS);
    }
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #begin(delayMs: number): void {
    this.#timer?.cancel();
    this.#sent = 0;
    this.#timer = this.#options.clock.schedule(delayMs, () => this.#probe());
  }

  #probe(): void {
    if (this.#sent++ === PROBES) {
      this.#options.onWon();
      return;
    }
    const { srv, unique } = this.#options.records;
    // Not with the QU bit, which the RFC suggests: a unicast answer may end at another program that shares the port.
    const questions = [srv.name, srv.data.target].map((name) => ({ name, type: "ANY" }));
    this.#options.send(query({ questions, authorities: unique.map((record) => ({ ...record, flush: false })) }));
    this.#timer = this.#options.clock.schedule(INTERVAL_MS, () => this.#probe());
  }

  /** While probing, whatever exists under the name shows that it is taken. */
  #isTaken(record: DnsRecord): boolean {
    const { srv } = this.#options.records;
    const ofName = sameName(record.name, srv.name) || sameName(record.name, srv.data.target);
    return ofName && record.type !== "NSEC" && record.ttl > 0 && !this.#options.isOurs(record);
  }

  /** Of two that probe at once, the one with the lexicographically later records goes on. */
  #losesTo({ authorities }: Message): boolean {
    const { records, isOurs } = this.#options;
    return [records.srv.name, records.srv.data.target].some((name) => {
      const theirs = authorities.filter((record) => nameKey(record.name) === nameKey(name));
      if (theirs.every(isOurs)) return false;
      return (
        compareSets(
          records.unique.filter((record) => record.name === name),
          theirs,
        ) < 0
      );
    });
  }
}
