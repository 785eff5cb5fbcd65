import type { Random } from "@rollcall/core";
import type { DnsRecord, Message, Question, SrvData } from "../dns/message.js";
import { instanceLabel, nameKey, sameName } from "../dns/names.js";
import { RecordCache } from "./record-cache.js";

/** What is known of one instance on one interface. */
export interface FoundInstance {
  /** Its full name, such as `node-1._orders._tcp.local`. */
  readonly name: string;
  readonly srv?: SrvData;
  /** Undefined while no TXT record has been seen. */
  readonly txt?: readonly Buffer[];
  readonly addresses: readonly string[];
}

export interface ServiceCacheOptions {
  readonly type: string;
  readonly random: Random;
  readonly maxInstances: number;
  /** Called when an instance did not fit, once until there is room again. */
  readonly onOverflow: () => void;
}

/**
 * The records of one service on one interface. Takes in only what leads to an address: pointers of the service, what
 * belongs to the instances they name, the addresses of those instances' hosts; so that other services' traffic,
 * however much, costs no memory.
 */
export class ServiceCache {
  readonly #options: ServiceCacheOptions;
  readonly #records: RecordCache;
  /** How many SRV records name each host. */
  readonly #hosts = new Map<string, number>();
  #overflowing = false;

  constructor(options: ServiceCacheOptions) {
    this.#options = options;
    this.#records = new RecordCache(options.random, {
      added: (record) => this.#added(record),
      removed: (record) => this.#removed(record),
    });
  }

  get records(): RecordCache {
    return this.#records;
  }

  /** @returns whether the listing may be another now */
  take(message: Message, now: number): boolean {
    const records = [...message.answers, ...message.additionals];
    let changed = false;
    // In this order, as what leads to a record decides whether it is of interest.
    for (const types of [["PTR"], ["SRV", "TXT"], ["A", "AAAA"]]) {
      for (const record of records) {
        if (types.includes(record.type) && this.#isOfInterest(record)) {
          changed = this.#records.take(record, now) || changed;
        }
      }
    }
    return changed;
  }

  *instances(): Iterable<FoundInstance> {
    for (const { data: name } of this.#records.get(this.#options.type, "PTR")) {
      const srv = this.#records.get(name, "SRV")[0]?.data;
      const txt = this.#records.get(name, "TXT")[0]?.data;
      const addresses = srv ? this.#addresses(srv.target) : [];
      yield { name, addresses, ...(srv ? { srv } : {}), ...(txt ? { txt } : {}) };
    }
  }

  /** What would have to be asked to complete what is known. */
  *missing(): Iterable<Question> {
    for (const { name, srv, txt, addresses } of this.instances()) {
      if (srv === undefined) yield { name, type: "SRV" };
      if (txt === undefined) yield { name, type: "TXT" };
      if (srv === undefined || addresses.length > 0) continue;
      yield { name: srv.target, type: "A" };
      yield { name: srv.target, type: "AAAA" };
    }
  }

  #addresses(host: string): string[] {
    return [...this.#records.get(host, "A"), ...this.#records.get(host, "AAAA")].map((record) => record.data);
  }

  #isOfInterest(record: DnsRecord): boolean {
    switch (record.type) {
      case "PTR":
        return this.#isPointer(record.name, record.data) && (this.#records.has(record) || this.#hasRoom(record));
      case "SRV":
      case "TXT":
        return this.#records.has({ ...record, type: "PTR", name: this.#options.type, data: record.name });
      default:
        return this.#hosts.has(nameKey(record.name));
    }
  }

  #isPointer(name: string, target: string): boolean {
    return sameName(name, this.#options.type) && instanceLabel(target, this.#options.type) !== undefined;
  }

  #hasRoom({ ttl }: DnsRecord): boolean {
    const { type, maxInstances, onOverflow } = this.#options;
    const room = this.#records.count(type, "PTR") < maxInstances;
    if (!room && ttl > 0 && !this.#overflowing) {
      this.#overflowing = true;
      onOverflow();
    }
    return room;
  }

  #added(record: DnsRecord): void {
    if (record.type !== "SRV") return;
    const host = nameKey(record.data.target);
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
  }

  #removed(record: DnsRecord): void {
    if (record.type === "PTR") {
      this.#overflowing = false;
      this.#records.delete(record.data, "SRV");
      this.#records.delete(record.data, "TXT");
    } else if (record.type === "SRV") {
      const { target } = record.data;
      const left = (this.#hosts.get(nameKey(target)) ?? 1) - 1;
      if (left > 0) return void this.#hosts.set(nameKey(target), left);
      this.#hosts.delete(nameKey(target));
      this.#records.delete(target, "A");
      this.#records.delete(target, "AAAA");
    }
  }
}
