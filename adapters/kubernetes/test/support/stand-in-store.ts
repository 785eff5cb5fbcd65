import type { Written } from "./objects.ts";

export interface StoredEvent {
  readonly version: number;
  readonly path: string;
  readonly before?: Written;
  readonly after?: Written;
}

/** Objects, their versions, and what happened to them, as etcd keeps them for the API server. */
export class StandInStore {
  readonly #objects = new Map<string, Map<string, Written>>();
  readonly #pages = new Map<string, { readonly version: number; readonly rest: readonly Written[] }>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  #events: StoredEvent[] = [];
  #version = 100;
  #compacted = 0;
  #uids = 0;

  get version(): number {
    return this.#version;
  }

  get(path: string, name: string): Written | undefined {
    return this.#objects.get(path)?.get(name);
  }

  put(path: string, object: Written): Written {
    const objects = this.#objects.get(path) ?? new Map<string, Written>();
    this.#objects.set(path, objects);
    const before = objects.get(object.metadata.name);
    const uid = before?.metadata.uid ?? `uid-${++this.#uids}`;
    // The server leaves alone what would be the same again.
    const sameAs = (other: Written) =>
      JSON.stringify(other) === JSON.stringify(stamped(object, uid, other.metadata.resourceVersion));
    if (before !== undefined && sameAs(before)) return before;
    const after = stamped(object, uid, String(++this.#version));
    objects.set(after.metadata.name, after);
    this.#happened({ version: this.#version, path, after, ...(before && { before }) });
    return after;
  }

  delete(path: string, name: string): Written | undefined {
    const before = this.#objects.get(path)?.get(name);
    if (before === undefined) return undefined;
    this.#objects.get(path)?.delete(name);
    const version = ++this.#version;
    this.#happened({ version, path, before: stamped(before, before.metadata.uid ?? "", String(version)) });
    return before;
  }

  /** A page of those that match, in the order of their names; undefined when the token has expired. */
  page(path: string, matches: (object: Written) => boolean, limit: number, token?: string) {
    const continued = token === undefined ? undefined : this.#pages.get(token);
    if (token !== undefined && continued === undefined) return undefined;
    const all = continued?.rest ?? [...(this.#objects.get(path)?.values() ?? [])].filter(matches).sort(byName);
    const version = continued?.version ?? this.#version;
    const rest = all.slice(limit);
    const next = rest.length > 0 ? `page-${this.#pages.size + 1}` : undefined;
    if (next !== undefined) this.#pages.set(next, { version, rest });
    return { items: all.slice(0, limit), version: String(version), next };
  }

  /** What happened after a version; undefined when that is no longer known. */
  since(version: number): readonly StoredEvent[] | undefined {
    return version < this.#compacted ? undefined : this.#events.filter((event) => event.version > version);
  }

  /** Forgets what happened until now, and where pages continue. */
  compact(): void {
    this.#version++;
    this.#compacted = this.#version;
    this.#events = [];
    this.#pages.clear();
  }

  listen(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #happened(event: StoredEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

function stamped(object: Written, uid: string, resourceVersion = ""): Written {
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
}

function byName(a: Written, b: Written): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
