import type { Clock, Random } from "@rollcall/core";
import type { OpenBus } from "./bus/bus.js";
import type { CheckedOptions } from "./options.js";
import type { Subjects } from "./wire/subjects.js";

/** What sessions and announcements work with. */
export interface Setup extends CheckedOptions {
  /** The discovery's name. */
  readonly name: string;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly open: OpenBus;
}

/** A word that nobody else will have: 16 letters and digits. */
export function token(random: Random): string {
  return Array.from({ length: 16 }, () => Math.floor(random() * 36).toString(36)).join("");
}
