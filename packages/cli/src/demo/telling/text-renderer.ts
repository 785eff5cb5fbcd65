import { formatExplanation } from "../../explain/format-explanation.js";
import type { Palette, Style } from "../../terminal/palette.js";
import { count, indent, seconds } from "../../terminal/text.js";
import { describePlan } from "../discovery-plan.js";
import { type NodeEvents, sentence, sentenceKey } from "./sentences.js";
import type { NodeEntry, StoryEntry, TimelineEntry } from "./story-event.js";

const NODE_STYLES: readonly Style[] = ["cyan", "magenta", "yellow", "blue", "green", "red"];

/** One line of the timeline before it is written: what a node told, several events in one sentence where possible. */
interface Line {
  at: number;
  readonly node: string;
  readonly key: string | undefined;
  readonly events: NodeEvents;
}

/** Writes the timeline for people. Learns from it which node is at which address. */
export class TextRenderer {
  readonly #style: Palette;
  /** By address. */
  readonly #names = new Map<string, string>();

  constructor(palette: Palette) {
    this.#style = palette;
  }

  /** @param entries in the order of time */
  render(entries: readonly TimelineEntry[]): string {
    for (const entry of entries) if (entry.event === "listening") this.#names.set(entry.address, entry.node);
    const parts: string[] = [];
    let told: NodeEntry[] = [];
    for (const entry of entries) {
      if ("node" in entry) {
        told.push(entry);
        continue;
      }
      parts.push(this.#lines(told), this.#story(entry));
      told = [];
    }
    return [...parts, this.#lines(told)].join("");
  }

  #lines(entries: readonly NodeEntry[]): string {
    const lines: Line[] = [];
    const last = new Map<string, Line>();
    for (const { at, node, ...event } of entries) {
      const key = sentenceKey(event);
      const before = last.get(node);
      if (before !== undefined && key !== undefined && before.key === key) {
        before.events.push(event);
        // All of it is true only from here on.
        before.at = at;
      } else {
        const line: Line = { at, node, key, events: [event] };
        last.set(node, line);
        lines.push(line);
      }
    }
    return lines
      .sort((a, b) => a.at - b.at)
      .map((line) => this.#line(line))
      .join("");
  }

  #line({ at, node, events }: Line): string {
    const text = sentence(events, {
      name: (address) => this.#name(this.#names.get(address) ?? address),
      isSelf: (address) => this.#names.get(address) === node,
      style: this.#style,
    });
    const line = `${this.#time(at)}  ${this.#name(node)}  ${text}\n`;
    const [event] = events;
    if (event.event !== "explanation") return line;
    const nameOf = (address: string) => {
      const name = this.#names.get(address);
      return name === undefined ? undefined : this.#name(name);
    };
    return `${line}${indent(formatExplanation(event.explanation, { palette: this.#style, nameOf }), " ".repeat(14))}\n`;
  }

  #story(entry: StoryEntry): string {
    const style = this.#style;
    switch (entry.event) {
      case "opening": {
        const title = `${count(entry.nodes, "process", "processes")} on this machine become one cluster`;
        return `${style("bold", title)}\nThey find each other by ${describePlan(entry.discovery)}.\n`;
      }
      case "note":
        return `\n${entry.text}\n`;
      case "step":
        return `\n${style("bold", `Step ${entry.step} of ${entry.of}: ${entry.title}`)}\n`;
      case "goal":
        return `${this.#time(entry.at)}  ${style("green", `✓ ${entry.goal}`)}\n`;
      case "step-done":
        return "";
      case "step-failed": {
        const title = style("red", `✗ failed after ${seconds(entry.afterMs)}. What is missing:`);
        const missing = entry.missing.map((each) => `${" ".repeat(14)}- ${each}\n`).join("");
        return `${this.#time(entry.at)}  ${title}\n${missing}`;
      }
      case "summary": {
        const steps = `${entry.stepsDone} of ${count(entry.steps, "step")} in ${seconds(entry.tookMs)}`;
        return `\n${style(["bold", entry.ok ? "green" : "red"], `${entry.ok ? "Done" : "Not done"}: ${steps}.`)}\n`;
      }
    }
  }

  #time(at: number): string {
    return this.#style("dim", seconds(at).padStart(9));
  }

  /** A node's name in its colour. */
  #name(name: string): string {
    if (name.length > 1) return name;
    const index = name.charCodeAt(0) - "A".charCodeAt(0);
    return this.#style(["bold", NODE_STYLES[index % NODE_STYLES.length] as "cyan"], name);
  }
}
