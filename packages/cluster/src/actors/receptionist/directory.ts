import { combine, type Digest, EMPTY_DIGEST, hashText } from "../../membership/digest.js";
import {
  type LogChange,
  type LogPart,
  NOTHING,
  type Progress,
  type Registration,
  RegistrationLog,
} from "./registration-log.js";

/** How far somebody knows the log of a node. */
export type KnownLog = readonly [origin: string, progress: Progress];

/** The logs of all nodes, as far as this one knows them. Nodes are told apart by their ids. */
export class Directory {
  readonly #logs = new Map<string, RegistrationLog>();
  #digest: Digest = EMPTY_DIGEST;

  /** The same as that of another directory if both know the same: eight bytes, however much that is. */
  get digest(): Digest {
    return this.#digest;
  }

  /** How many registrations there are. */
  get size(): number {
    let size = 0;
    for (const log of this.#logs.values()) size += log.size;
    return size;
  }

  progress(origin: string): Progress {
    return this.#logs.get(origin)?.progress ?? NOTHING;
  }

  isBehind(origin: string, progress: Progress): boolean {
    return this.#logs.get(origin)?.isBehind(progress) ?? (progress.added > 0 || progress.removed > 0);
  }

  log(origin: string): RegistrationLog | undefined {
    return this.#logs.get(origin);
  }

  *known(): IterableIterator<KnownLog> {
    for (const [origin, { progress }] of this.#logs) yield [origin, progress];
  }

  add(origin: string, key: string, actor: string, shape: string): Registration {
    return this.#change(origin, (log) => log.add(key, actor, shape));
  }

  remove(origin: string, number: number): Registration | undefined {
    return this.#change(origin, (log) => log.remove(number));
  }

  /** @returns undefined if something is missing before the part */
  apply(origin: string, part: LogPart): LogChange | undefined {
    return this.#change(origin, (log) => log.apply(part));
  }

  /** A node has gone, and all its registrations with it. */
  drop(origin: string): LogChange {
    const log = this.#logs.get(origin);
    if (log === undefined) return { added: [], removed: [] };
    this.#logs.delete(origin);
    this.#digest = combine(this.#digest, share(origin, log.progress));
    return { added: [], removed: [...log] };
  }

  #change<Result>(origin: string, change: (log: RegistrationLog) => Result): Result {
    const log = this.#logs.get(origin) ?? new RegistrationLog();
    const before = log.progress;
    const result = change(log);
    const { progress } = log;
    if (progress.added > 0 || progress.removed > 0) this.#logs.set(origin, log);
    if (progress !== before) {
      this.#digest = combine(combine(this.#digest, share(origin, before)), share(origin, progress));
    }
    return result;
  }
}

/** What a log contributes to the digest; nothing as long as there was nothing in it. */
function share(origin: string, { added, removed }: Progress): Digest {
  return added === 0 && removed === 0 ? EMPTY_DIGEST : hashText(`${origin} ${added} ${removed}`);
}
