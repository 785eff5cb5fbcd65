import { type Listing, type Random, type ServiceInstance, shuffled } from "@rollcall/core";
import { type EndpointRecord, endpointKey, newRecord, startAfresh } from "./endpoint-record.js";

/** The endpoints that are listed, asked for or under way; never more than `capacity` of them. */
export class EndpointTable {
  readonly #records = new Map<string, EndpointRecord>();
  readonly #capacity: number;
  readonly #random: Random;

  constructor(capacity: number, random: Random) {
    this.#capacity = capacity;
    this.#random = random;
  }

  get size(): number {
    return this.#records.size;
  }

  get(key: string): EndpointRecord | undefined {
    return this.#records.get(key);
  }

  values(): IterableIterator<EndpointRecord> {
    return this.#records.values();
  }

  /** The record of an endpoint that is asked for; undefined when there is no room for another. */
  ensure(instance: ServiceInstance): EndpointRecord | undefined {
    const key = endpointKey(instance);
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    return this.#records.size < this.#capacity ? this.#add(key, instance) : undefined;
  }

  /** Forgets a record that nothing keeps: not listed, not asked for, not under way. */
  dropIfUnused(record: EndpointRecord): void {
    if (!record.listed && record.requests.size === 0 && !record.underWay) this.#records.delete(record.key);
  }

  /**
   * Takes a complete listing over. What it has no longer is dropped, after its current attempt if there is one; what
   * it has again is tried as if new; so is an endpoint whose id changed, as another process answers there now.
   *
   * @returns how many endpoints were left out because the table is full
   */
  apply(listing: Listing): number {
    const instances = byEndpoint(listing);
    for (const record of this.#records.values()) {
      if (instances.has(record.key)) continue;
      record.listed = false;
      this.dropIfUnused(record);
    }
    const added: [string, ServiceInstance][] = [];
    for (const [key, instance] of instances) {
      const record = this.#records.get(key);
      if (record === undefined) added.push([key, instance]);
      else this.#renew(record, instance);
    }
    const room = Math.max(0, this.#capacity - this.#records.size);
    const overflow = Math.max(0, added.length - room);
    // At random, so that not every node of a too large system leaves out the same ones.
    const kept = overflow === 0 ? added : shuffled(added, this.#random).slice(0, room);
    for (const [key, instance] of kept) this.#add(key, instance).listed = true;
    return overflow;
  }

  #add(key: string, instance: ServiceInstance): EndpointRecord {
    const record = newRecord(key, instance);
    this.#records.set(key, record);
    return record;
  }

  #renew(record: EndpointRecord, instance: ServiceInstance): void {
    const returned = !record.listed && record.requests.size === 0;
    const replaced = record.listed && record.instance.id !== instance.id;
    record.instance = instance;
    record.listed = true;
    if (returned || replaced) startAfresh(record);
  }
}

/** Each endpoint once. Of several ids at one endpoint the lowest counts, so that their order does not. */
function byEndpoint(listing: Listing): Map<string, ServiceInstance> {
  const instances = new Map<string, ServiceInstance>();
  for (const instance of listing) {
    const key = endpointKey(instance);
    const other = instances.get(key);
    if (other === undefined || (instance.id ?? "") < (other.id ?? "")) instances.set(key, instance);
  }
  return instances;
}
