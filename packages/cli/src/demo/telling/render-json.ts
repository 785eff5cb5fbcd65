import type { TimelineEntry } from "./story-event.js";

/** One JSON object a line, for programs. Times are rounded to microseconds. */
export function renderJson(entries: readonly TimelineEntry[]): string {
  const round = (_key: string, value: unknown) =>
    typeof value === "number" ? Math.round(value * 1_000) / 1_000 : value;
  return entries.map((entry) => `${JSON.stringify(entry, round)}\n`).join("");
}
