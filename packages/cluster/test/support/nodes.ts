import type { Member, MemberStatus, Reachability } from "../../src/membership/member.js";
import type { MembershipEntry } from "../../src/membership/membership-entry.js";
import { UniqueNode } from "../../src/node.js";

/** The Nth node, `10.0.0.N:7337`: the lower N, the lower its address. `incarnation` tells restarts apart. */
export function node(number: number, incarnation = 0): UniqueNode {
  const id = (incarnation * 0x10000 + number).toString(16).padStart(16, "0");
  return new UniqueNode("test", `10.0.0.${number}`, 7337, id);
}

export function entry(of: UniqueNode | number, status: MemberStatus, upNumber = 0): MembershipEntry {
  return { node: typeof of === "number" ? node(of) : of, status, upNumber };
}

export function member(
  of: UniqueNode | number,
  status: MemberStatus,
  reachability: Reachability = "reachable",
  upNumber = 0,
): Member {
  return { ...entry(of, status, upNumber), reachability };
}

/** A change as a short text: `2: joining → up`, `2: unreachable`, `leader 1 → nobody`. */
export function inShort(change: {
  readonly kind: string;
  readonly member?: Member;
  readonly from?: unknown;
  readonly to?: unknown;
}): string {
  const name = (of: unknown) => (of === undefined ? "nobody" : (of as Member).node.host.replace(/^.*\./, ""));
  if (change.kind === "leadership") return `leader ${name(change.from)} → ${name(change.to)}`;
  if (change.kind === "reachability") return `${name(change.member)}: ${change.member?.reachability}`;
  return `${name(change.member)}: ${change.from ?? "unknown"} → ${change.to}`;
}
