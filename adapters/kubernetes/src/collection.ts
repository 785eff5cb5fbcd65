import { DiscoveryError, type InstanceLike } from "@rollcall/core";
import type { Snapshot, WatchEvent } from "./api/api-client.js";
import type { CheckedOptions } from "./options.js";
import type { KubernetesObject } from "./resources/kubernetes-objects.js";
import { instancesOf } from "./resources/place.js";
import type { Reading, Resource } from "./resources/resource.js";

/** What one session knows of a collection: of each object what it tells, not the object. */
export class Collection {
  readonly #name: string;
  readonly #resource: Resource;
  readonly #options: CheckedOptions;
  readonly #report: (problem: DiscoveryError) => void;
  #readings = new Map<string, Reading>();

  constructor(name: string, resource: Resource, options: CheckedOptions, report: (problem: DiscoveryError) => void) {
    this.#name = name;
    this.#resource = resource;
    this.#options = options;
    this.#report = report;
  }

  /** Forgets what was there before. */
  replace({ objects }: Snapshot): void {
    const before = this.#readings;
    this.#readings = new Map();
    for (const object of objects) this.#read(object, before);
  }

  apply({ type, object = {} }: WatchEvent): void {
    if (type === "ADDED" || type === "MODIFIED") this.#read(object, this.#readings);
    else if (type === "DELETED") this.#readings.delete(keyOf(object));
  }

  /**
   * Everybody, once.
   *
   * @throws DiscoveryError `MISCONFIGURED` when there are pods, and none of them offers the port
   */
  instances(): InstanceLike[] {
    const readings = [...this.#readings.values()];
    const places = readings.flatMap((reading) => reading.places);
    const problem = readings.find((reading) => reading.problem !== undefined)?.problem;
    if (places.length > 0 || problem === undefined) return instancesOf(places, this.#options);
    const message = `${this.#name}: there are ${this.#resource.plural}, but no port to dial: ${problem}.`;
    // Whoever corrects it may do so in the cluster.
    throw new DiscoveryError("MISCONFIGURED", message, { adapter: this.#name, retryable: true });
  }

  #read(object: KubernetesObject, before: ReadonlyMap<string, Reading>): void {
    const key = keyOf(object);
    const reading = this.#resource.read(object);
    const { problem } = reading;
    if (problem !== undefined && problem !== before.get(key)?.problem) {
      const message = `${this.#name}: left out ${key} of ${this.#resource.plural}: ${problem}.`;
      this.#report(new DiscoveryError("MALFORMED_RECORD", message, { adapter: this.#name }));
    }
    this.#readings.set(key, reading);
  }
}

/** A name is taken once in a namespace. */
function keyOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? "";
}
