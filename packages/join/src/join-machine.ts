import type { Backoff, Listing, Random, ServiceInstance } from "@rollcall/core";
import type { CandidatePolicy, MembershipView } from "./collaborators.js";
import {
  addRequest,
  type EndpointRecord,
  endpointKey,
  forgetRequests,
  forgiveFailures,
  type Refusal,
} from "./endpoint-record.js";
import { EndpointTable } from "./endpoint-table.js";
import type { JoinLimits } from "./join-defaults.js";
import type { AttemptResult, JoinAnswer, JoinDecision, JoinDirective, JoinEvent } from "./join-event.js";
import { type MemberAt, SELF, whoIsAt } from "./member-at.js";
import { spreadDelayMs } from "./spread.js";

export interface JoinMachineOptions {
  readonly membership: Pick<MembershipView, "memberAt" | "isMember" | "memberCount">;
  readonly backoff: Backoff;
  readonly permanentBackoff: Backoff;
  readonly policy: CandidatePolicy;
  readonly random: Random;
  readonly limits: JoinLimits;
  readonly selfId: string | undefined;
}

/**
 * Decides whom to join and when: events and the time in, directives out; no I/O, no timers, no clock of its own.
 *
 * Level-triggered: every event ends in a comparison of what is wanted (listed or asked for) with who is a member, and
 * nothing but membership counts as done. One comparison is linear in the number of endpoints.
 */
export class JoinMachine {
  readonly #options: JoinMachineOptions;
  readonly #permanentCodes: ReadonlySet<string>;
  readonly #table: EndpointTable;
  #underWay = 0;
  #members = 1;
  #leftOut = 0;

  constructor(options: JoinMachineOptions) {
    this.#options = options;
    this.#permanentCodes = new Set(options.limits.permanentCodes);
    this.#table = new EndpointTable(options.limits.maxEndpoints, options.random);
  }

  /** @param now the time on the scheduler's clock; the machine only compares and adds */
  handle(event: JoinEvent, now: number): JoinDecision {
    const directives: JoinDirective[] = [];
    switch (event.kind) {
      case "listed":
        this.#applyListing(event.listing, directives);
        break;
      case "requested":
        this.#addRequest(event, directives);
        break;
      case "withdrawn":
        this.#withdrawRequest(event, directives);
        break;
      case "settled":
        this.#settle(event.key, event.result, now, directives);
        break;
      case "tick":
        break;
    }
    return { directives, wakeAt: this.#compare(now, directives) };
  }

  get records(): Iterable<EndpointRecord> {
    return this.#table.values();
  }

  get attemptsUnderWay(): number {
    return this.#underWay;
  }

  /** How many members there are, ourselves included; as of the last comparison if the view does not count. */
  countMembers(): number {
    return this.#options.membership.memberCount?.() ?? this.#members;
  }

  /** Endpoints of the newest listing that were left out for want of room. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Whether, and by whom, an endpoint's place in the cluster is taken. */
  whoIsAt(record: EndpointRecord): MemberAt {
    return whoIsAt(record, this.#options.membership, this.#options.selfId);
  }

  #applyListing(listing: Listing, directives: JoinDirective[]): void {
    const leftOut = this.#table.apply(listing);
    if (leftOut > 0 && leftOut !== this.#leftOut) {
      const message = "more endpoints are listed than maxEndpoints allows; some were left out";
      directives.push(note("warn", { leftOut, tracked: this.#table.size }, message));
    }
    this.#leftOut = leftOut;
  }

  #addRequest(event: Extract<JoinEvent, { kind: "requested" }>, directives: JoinDirective[]): void {
    const record = this.#table.ensure(event.endpoint);
    if (record === undefined) {
      directives.push({ kind: "answer", id: event.id, answer: { kind: "refused" } });
      return;
    }
    addRequest(record, { id: event.id, maxAttempts: event.maxAttempts, attempts: 0 });
    // Whoever asks by name knows something the failures so far do not tell.
    if (!record.underWay) forgiveFailures(record);
  }

  #withdrawRequest(event: Extract<JoinEvent, { kind: "withdrawn" }>, directives: JoinDirective[]): void {
    const record = this.#table.get(endpointKey(event.endpoint));
    if (record === undefined || !record.requests.delete(event.id)) return;
    if (record.underWay && !record.listed && record.requests.size === 0) {
      directives.push({ kind: "abandon", key: record.key });
    }
    this.#table.dropIfUnused(record);
  }

  #settle(key: string, result: AttemptResult, now: number, directives: JoinDirective[]): void {
    const record = this.#table.get(key);
    if (record === undefined || !record.underWay) return;
    record.underWay = false;
    this.#underWay--;
    if (result.kind === "self") {
      record.self = true;
      directives.push(note("debug", { endpoint: key }, "the endpoint is this node itself"));
    } else if (result.kind === "joined") {
      record.boundTo = result.nodeId;
      record.self = result.nodeId === this.#options.selfId;
      if (this.whoIsAt(record) === undefined) {
        const reason = `${result.nodeId} answered, but did not become, or is no longer, a member`;
        this.#fail(record, { code: "NOT_A_MEMBER", reason, answered: true }, now, directives);
      } else {
        directives.push(note("info", { endpoint: key, nodeId: result.nodeId }, "joined"));
      }
    } else if (result.kind !== "abandoned") {
      const answered = result.kind === "rejected";
      this.#fail(record, { code: result.code, reason: result.reason, answered }, now, directives);
    }
    this.#table.dropIfUnused(record);
  }

  #fail(record: EndpointRecord, last: Refusal, now: number, directives: JoinDirective[]): void {
    const { backoff, permanentBackoff, random } = this.#options;
    const pace = this.#permanentCodes.has(last.code) ? permanentBackoff : backoff;
    record.failures++;
    const delayMs = pace.delayMs(record.failures, random);
    record.retryAt = now + Math.max(0, delayMs);
    const { failures, key: endpoint } = record;
    const details = { endpoint, failures, retryInMs: Math.round(delayMs), ...last };
    const level = last.answered ? "warn" : "info";
    directives.push(note(record.last?.code === last.code ? "debug" : level, details, "could not join"));
    record.last = last;
    for (const request of record.requests.values()) {
      request.attempts++;
      if (request.attempts < request.maxAttempts) continue;
      record.requests.delete(request.id);
      directives.push({
        kind: "answer",
        id: request.id,
        answer: { kind: "gave-up", attempts: request.attempts, last },
      });
    }
  }

  /** Compares what is wanted with who is a member, starts what there is room for, says when to look again. */
  #compare(now: number, directives: JoinDirective[]): number {
    const missing = this.#findMissing(directives);
    const alone = this.#members < 2;
    const requested: EndpointRecord[] = [];
    const listed: EndpointRecord[] = [];
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const record of missing) {
      const due = this.#dueAt(record, alone, now);
      if (due > now) wakeAt = Math.min(wakeAt, due);
      else if (record.requests.size > 0) requested.push(record);
      else listed.push(record);
    }
    const room = () => this.#options.limits.maxConcurrentJoins - this.#underWay;
    requested.sort((a, b) => firstRequest(a) - firstRequest(b));
    for (const record of requested.slice(0, Math.max(0, room()))) this.#start(record, directives);
    if (room() > 0 && listed.length > 0) {
      const asked = room();
      const started = this.#startChosen(listed, asked, directives);
      if (started < Math.min(asked, listed.length)) wakeAt = Math.min(wakeAt, now + this.#options.limits.policyRetryMs);
    }
    // Without room nothing could be started then; the attempt that settles first brings the next comparison.
    return room() > 0 ? wakeAt : Number.POSITIVE_INFINITY;
  }

  /** Settles what membership has satisfied and returns who is wanted, not a member and not being dialled. */
  #findMissing(directives: JoinDirective[]): EndpointRecord[] {
    const { membership, selfId } = this.#options;
    const missing: EndpointRecord[] = [];
    const known = new Set<string>();
    for (const record of this.#table.values()) {
      const found = this.whoIsAt(record);
      if (found === undefined) {
        if (!record.underWay) missing.push(record);
        continue;
      }
      if (found !== SELF) known.add(found);
      for (const id of record.requests.keys()) {
        const answer: JoinAnswer = found === SELF ? { kind: "self" } : { kind: "joined", nodeId: found };
        directives.push({ kind: "answer", id, answer });
      }
      forgetRequests(record);
      forgiveFailures(record);
      this.#table.dropIfUnused(record);
    }
    // A view that does not count leaves what the listing shows. Without a self id we may be among those known.
    this.#members = membership.memberCount?.() ?? Math.max(1, known.size + (selfId === undefined ? 0 : 1));
    return missing;
  }

  #dueAt(record: EndpointRecord, alone: boolean, now: number): number {
    if (record.requests.size > 0) return record.retryAt;
    if (alone) record.spreadUntil = undefined;
    else record.spreadUntil ??= now + spreadDelayMs(this.#members, this.#options.limits.spreadMs, this.#options.random);
    return Math.max(record.retryAt, record.spreadUntil ?? record.retryAt);
  }

  #startChosen(candidates: readonly EndpointRecord[], room: number, directives: JoinDirective[]): number {
    const instances = Object.freeze(candidates.map((record): ServiceInstance => record.instance));
    let chosen: readonly (EndpointRecord | undefined)[];
    try {
      chosen = this.#options.policy.choose(instances, room).map((instance) => this.#table.get(endpointKey(instance)));
    } catch (error) {
      directives.push(note("warn", { error }, "the candidate policy threw, or gave no instances; nobody was chosen"));
      return 0;
    }
    let started = 0;
    for (const record of chosen) {
      if (started === room) break;
      if (record === undefined || record.underWay || !candidates.includes(record)) continue;
      this.#start(record, directives);
      started++;
    }
    return started;
  }

  #start(record: EndpointRecord, directives: JoinDirective[]): void {
    record.underWay = true;
    record.attempts++;
    // Drawn anew for the next attempt, so that retries of many members are spread as their first attempts were.
    record.spreadUntil = undefined;
    this.#underWay++;
    directives.push({ kind: "attempt", key: record.key, endpoint: record.endpoint });
  }
}

function firstRequest(record: EndpointRecord): number {
  return record.requests.keys().next().value ?? Number.POSITIVE_INFINITY;
}

function note(level: "debug" | "info" | "warn", details: object, message: string): JoinDirective {
  return { kind: "note", level, details, message };
}
