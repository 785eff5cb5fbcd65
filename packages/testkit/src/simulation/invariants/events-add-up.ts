import { Membership } from "@rollcall/cluster";
import type { Invariant } from "../invariant.js";

/** Whoever follows the events knows what whoever asks is told. */
export function eventsAddUp(): Invariant {
  const followed = new Map<string, Membership>();
  return {
    name: "all events applied to nothing give the membership",
    onEvent(event, { cluster }) {
      const before = followed.get(cluster.self.id) ?? Membership.empty;
      if (event.kind === "lagged") return undefined;
      followed.set(cluster.self.id, event.kind === "snapshot" ? event.membership : before.apply(event));
      return undefined;
    },
    check({ running }) {
      for (const { cluster } of running) {
        const told = String(followed.get(cluster.self.id) ?? Membership.empty);
        const held = String(cluster.membership);
        if (told !== held) return `${cluster.self} told of\n${told}\nand holds\n${held}`;
      }
      return undefined;
    },
  };
}
