import type { DowningDecision, DowningStrategy, DowningView } from "../../../src/downing/index.js";
import { electLeader } from "../../../src/leadership/leadership.js";
import type { Member } from "../../../src/membership/member.js";
import { Membership } from "../../../src/membership/membership.js";
import { numberOf } from "./split-world.js";

export interface ViewOptions {
  /** Whose view it is. Default: the first of the members. */
  readonly self?: number;
  /** For how long whom is unreachable, in milliseconds. Default: nobody. */
  readonly unreachable?: Readonly<Record<number, number>>;
  /** Default: since the last member became unreachable. */
  readonly stableForMs?: number;
  /** Default 1. */
  readonly minimumMembers?: number;
}

/** What a node sees of these members. */
export function viewOf(members: readonly Member[], options: ViewOptions = {}): DowningView {
  const { unreachable = {}, minimumMembers = 1 } = options;
  const seen = members.map((each): Member => {
    return { ...each, reachability: numberOf(each) in unreachable ? "unreachable" : "reachable" };
  });
  const self = seen.find((each) => numberOf(each) === (options.self ?? numberOf(seen[0] as Member))) as Member;
  const leader = electLeader(seen, { minimumMembers, keepBelowMinimum: false });
  return {
    self,
    membership: new Membership(seen),
    leader,
    isLeader: leader?.node.id === self.node.id,
    unreachable: seen.flatMap((member) => {
      const forMs = unreachable[numberOf(member)];
      return forMs === undefined ? [] : [{ member, forMs }];
    }),
    stableForMs: options.stableForMs ?? Math.min(...Object.values(unreachable)),
  };
}

/** A decision in short: whom it downs, by number, and the rest as it is. */
export function decided(
  strategy: DowningStrategy,
  view: DowningView,
): Omit<DowningDecision, "down"> & { down: number[] } {
  const decision = strategy.decide(view);
  return { ...decision, down: decision.down.map(({ host }) => Number(host.split(".").at(-1))) };
}
