import type { MemberStatus } from "@rollcall/cluster";
import type { Style } from "../../terminal/palette.js";
import { enumerate } from "../../terminal/text.js";
import type { NodeEvent } from "./story-event.js";

/** How nodes and statuses are written. */
export interface Wording {
  /** What a node is called, by its address. */
  readonly name: (address: string) => string;
  /** Whether the one who tells is at this address. */
  readonly isSelf: (address: string) => boolean;
  readonly style: (style: Style, text: string) => string;
}

const STATUS_STYLES: Readonly<Record<MemberStatus, Style>> = {
  joining: "yellow",
  up: "green",
  leaving: "yellow",
  down: "red",
  removed: "dim",
};

/** What is told in one sentence. */
export type NodeEvents = [NodeEvent, ...NodeEvent[]];

/**
 * Two events of one node, one after the other, that have the same key are told in one sentence: "sees B joining" and
 * "sees C joining". Undefined for those that stand for themselves.
 */
export function sentenceKey(event: NodeEvent): string | undefined {
  if (event.event === "found" || event.event === "lost") return event.event;
  if (event.event === "called" || event.event === "watch-fired") return event.event;
  if (event.event === "reachability") return event.reachability;
  return event.event === "member" ? `member ${event.to}` : undefined;
}

/** What a node did or saw, without saying which node; the explanation itself is not part of the sentence. */
export function sentence(events: Readonly<NodeEvents>, wording: Wording): string {
  const { name, isSelf, style } = wording;
  const [event] = events;
  const addresses = addressesOf(events);
  const others = addresses.filter((address) => !isSelf(address)).map(name);
  const whom = () => enumerate([...(others.length < addresses.length ? ["itself"] : []), ...others.sort()]);
  switch (event.event) {
    case "listening":
      return `runs as process ${event.pid} and listens on ${style("dim", event.address)}`;
    case "found":
      return `finds ${whom()}`;
    case "lost":
      return `no longer finds ${whom()}`;
    case "member": {
      const status = style(STATUS_STYLES[event.to], event.to);
      return others.length === 0 ? `is ${status}` : `sees ${whom()} ${status}`;
    }
    case "reachability":
      if (event.reachability === "reachable") return `sees ${whom()} reachable again`;
      return `sees ${whom()} ${style("red", event.reachability)}`;
    case "leader":
      if (event.address === undefined) return "sees nobody lead";
      if (isSelf(event.address)) return `is the ${style("bold", "leader")}`;
      return `follows ${name(event.address)} as the ${style("bold", "leader")}`;
    case "called":
      return `calls the ${plural("greeter", others)} of ${whom()}, and has ${plural("an answer", others, "answers")}`;
    case "watch-fired":
      return `is told that the ${plural("greeter", others)} of ${whom()} ${plural("is", others, "are")} no more`;
    case "hosts":
      return `has the ${style("bold", "singleton")}, which has counted ${event.count} so far`;
    case "rests":
      return `gives the ${style("bold", "singleton")} up`;
    case "explanation":
      return "explains itself:";
    case "ended":
      return event.reason === "left" ? "has left" : `has ended: ${event.reason}`;
    case "failed":
      return style("red", `could not start: ${event.message}`);
    case "killed":
      return style("red", `is killed: SIGKILL to process ${event.pid}`);
    case "exited":
      if (event.code === 0) return style("dim", "process has ended");
      return style(
        "red",
        event.signal === null ? `process ended with code ${event.code}` : `process ended by ${event.signal}`,
      );
  }
}

function plural(one: string, whom: readonly string[], many = `${one}s`): string {
  return whom.length === 1 ? one : many;
}

function addressesOf(events: readonly NodeEvent[]): string[] {
  return events.flatMap((event) => {
    if ("addresses" in event) return event.addresses;
    return "address" in event && event.address !== undefined ? [event.address] : [];
  });
}
