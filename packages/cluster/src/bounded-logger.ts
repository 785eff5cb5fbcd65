import type { Clock } from "@rollcall/core";
import type { Logger } from "./logger.js";

export interface LogRate {
  /** How many lines with the same message are written within `perMs`. */
  readonly lines: number;
  readonly perMs: number;
}

interface Line {
  since: number;
  written: number;
  heldBack: number;
}

/**
 * A logger for what others can bring about as often as they like: of lines with the same message only so many are written
 * in a time. How many were not is said with the next one that is (`heldBack`). Messages are the program's own, and so few.
 */
export class BoundedLogger implements Logger {
  readonly debug: Logger["debug"];
  readonly info: Logger["info"];
  readonly warn: Logger["warn"];
  readonly error: Logger["error"];
  readonly #lines = new Map<string, Line>();
  #heldBack = 0;

  constructor(logger: Logger, clock: Clock, rate: LogRate) {
    const bounded = (level: keyof Logger) => (details: object, message: string) => {
      const now = clock.now();
      const line = this.#lines.get(message) ?? { since: now, written: 0, heldBack: 0 };
      this.#lines.set(message, line);
      if (now - line.since >= rate.perMs) Object.assign(line, { since: now, written: 0 });
      if (line.written >= rate.lines) {
        line.heldBack++;
        this.#heldBack++;
        return;
      }
      line.written++;
      const { heldBack } = line;
      line.heldBack = 0;
      logger[level](heldBack === 0 ? details : { ...details, heldBack }, message);
    };
    this.debug = bounded("debug");
    this.info = bounded("info");
    this.warn = bounded("warn");
    this.error = bounded("error");
  }

  /** How many lines have not been written since the start. */
  get heldBack(): number {
    return this.#heldBack;
  }
}
