/** How often each statement, function and branch of a file ran, as `istanbul-lib-instrument` counts it. */
export interface FileCounters {
  readonly path: string;
  readonly s: Record<number, number>;
  readonly f: Record<number, number>;
  readonly b: Record<number, number[]>;
}

interface Group {
  readonly counts: Record<number, number>;
  readonly length: number;
  /** Per counter, a bit for each {@link bucket} seen. */
  readonly seen: Uint8Array;
}

export interface Covered {
  readonly path: string;
  readonly branches: number;
  readonly branchesTaken: number;
}

/** Tells whether a run did what none did before: something that never ran, or that never ran about so often. */
export class Counters {
  readonly #files: readonly FileCounters[];
  readonly #groups: Group[] = [];
  readonly #branches = new Map<FileCounters, Group[]>();
  readonly #bucket: (count: number) => number;

  /** @param heedsNumber whether it matters how often something ran, or only that it did */
  constructor(files: readonly FileCounters[], heedsNumber = true) {
    this.#files = files;
    this.#bucket = heedsNumber ? bucket : () => 1;
    const group = (counts: Record<number, number>): Group => {
      const length = Object.keys(counts).length;
      const made = { counts, length, seen: new Uint8Array(length) };
      this.#groups.push(made);
      return made;
    };
    for (const file of files) {
      group(file.s);
      group(file.f);
      this.#branches.set(file, Object.values(file.b).map(group));
    }
    this.reset();
  }

  /** Forgets the run that was. */
  reset(): void {
    for (const { counts, length } of this.#groups) for (let at = 0; at < length; at++) counts[at] = 0;
  }

  /** Looks at the run that was, and forgets it. */
  isNew(): boolean {
    let found = false;
    for (const { counts, length, seen } of this.#groups) {
      for (let at = 0; at < length; at++) {
        const count = counts[at] as number;
        if (count === 0) continue;
        counts[at] = 0;
        const mark = this.#bucket(count);
        if (((seen[at] as number) & mark) !== 0) continue;
        seen[at] = (seen[at] as number) | mark;
        found = true;
      }
    }
    return found;
  }

  /** What all runs have taken together. */
  covered(): Covered[] {
    return this.#files.map((file) => {
      const seen = (this.#branches.get(file) ?? []).flatMap((group) => [...group.seen]);
      return { path: file.path, branches: seen.length, branchesTaken: seen.filter((marks) => marks !== 0).length };
    });
  }
}

/** Once, twice, three times, then up to 7, 15, 31, 127, and more: enough to tell loops apart, and few enough to end. */
function bucket(count: number): number {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 1 << 3;
  if (count < 16) return 1 << 4;
  if (count < 32) return 1 << 5;
  return count < 128 ? 1 << 6 : 1 << 7;
}
