import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { DiscoveryError, sleep } from "@rollcall/core";
import { readSettled, type SettledFileOptions } from "./settled-file.js";

export interface WatchedFileOptions extends SettledFileOptions {
  readonly pollMs: number;
  readonly report: (problem: DiscoveryError) => void;
}

/**
 * The file's text, and again after each change, until the signal aborts.
 *
 * The directory is watched rather than the file, whose watch would stay with the old file when another takes its
 * place. Whatever happens there is taken as a hint to read again, and so is the passing of `pollMs`.
 */
export async function* watchFile(options: WatchedFileOptions): AsyncGenerator<string> {
  const { clock, pollMs, settleMs, signal } = options;
  const bell = new Bell();
  const watcher = watchDirectory(options, bell);
  try {
    let known: string | undefined;
    while (!signal.aborted) {
      const heard = bell.next(signal);
      const text = await readSettled(options, known);
      if (text === undefined) return;
      if (text !== known) yield text;
      known = text;
      await sleep(clock, pollMs, heard);
      // A directory where much else happens must not make us read without pause.
      await sleep(clock, settleMs / 2, signal);
    }
  } finally {
    watcher?.close();
  }
}

/** What happens in the directory rings the bell. Without a watch, polling has to do, which is reported. */
function watchDirectory({ name, file, pollMs, report }: WatchedFileOptions, bell: Bell): FSWatcher | undefined {
  const directory = dirname(file);
  const unwatched = (cause: unknown) => {
    const message = `${name}: cannot watch ${directory} (${(cause as Error).message}); changes are noticed by reading`;
    report(new DiscoveryError("UNAVAILABLE", `${message} every ${pollMs} ms.`, { adapter: name, cause }));
  };
  try {
    const watcher = watch(directory, () => bell.ring());
    watcher.on("error", (cause) => {
      watcher.close();
      unwatched(cause);
      bell.ring();
    });
    return watcher;
  } catch (cause) {
    unwatched(cause);
    return undefined;
  }
}

/** Remembers one ring until somebody listens. */
class Bell {
  #ringing = new AbortController();

  ring(): void {
    this.#ringing.abort();
  }

  /** A signal that aborts at the next ring from now on, or with the given one. */
  next(signal: AbortSignal): AbortSignal {
    this.#ringing = new AbortController();
    return AbortSignal.any([this.#ringing.signal, signal]);
  }
}
