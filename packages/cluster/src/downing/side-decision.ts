import { isLiving } from "../membership/member.js";
import type { SideOptions } from "./downing-options.js";
import type { DowningDecision, DowningView } from "./downing-strategy.js";
import { whoIsDue, whole } from "./due.js";
import { type PastStanding, type Standing, standings } from "./standing.js";

/** What makes one strategy differ from another. Asked only while a member that counts is unreachable. */
export interface SideRule {
  /** Whether this node's side goes on. Of the sides of a clean split, at most one may be told so. */
  survives(standing: Standing): boolean;
  /** What that rests on, without a full stop: "This side has 2 of 5 members, a minority". */
  facts(standing: Standing): string;
  /** Whom a node downs when its side does not survive. Default `itself`. */
  readonly loserDowns?: "itself" | "everybody";
}

const NOBODY = Object.freeze([]);
const ALL_REACHABLE: DowningDecision = Object.freeze({ down: NOBODY, because: "No member is unreachable." });
const DOWN_ALREADY: DowningDecision = Object.freeze({ down: NOBODY, because: "This node is down." });

/** See {@link SideOptions}. */
type SideTiming = Required<SideOptions>;

/**
 * Decides by the side that this node finds itself on. Who loses downs itself; of those who do not, the leader downs
 * whoever is unreachable. So a member goes down by the leader's view or by its own, never by a bystander's.
 *
 * The two wait differently. Having lost is certain once it has lasted: what else becomes unreachable only makes it
 * worse. Having won is not, as a side that is being cut off looks like the larger one until most of the others have
 * been noticed missing. So the winner waits until nothing changes any more; and longer, to be the last to act.
 */
export function decideBySides(view: DowningView, rule: SideRule, timing: SideTiming): DowningDecision {
  if (!isLiving(view.self)) return DOWN_ALREADY;
  if (view.unreachable.length === 0) return ALL_REACHABLE;
  const past = standings(view);
  const { standing } = past.at(-1) as PastStanding;
  const decide = survives(rule, standing) ? asWinner : asLoser;
  return decide(view, rule, timing, past, standing);
}

/** Whether a side survives whatever became of the members that it is in doubt about. */
function survives(rule: SideRule, standing: Standing): boolean {
  const { there, doubtful } = standing;
  const goesOn = (atMost: number) => atMost === 0 || rule.survives({ ...standing, there: atMost });
  return goesOn(there) && goesOn(there + doubtful);
}

function asLoser(
  view: DowningView,
  rule: SideRule,
  { stableMs }: SideTiming,
  past: readonly PastStanding[],
  now: Standing,
): DowningDecision {
  const everybody = rule.loserDowns === "everybody";
  const who = everybody ? "everybody goes" : "this node goes";
  const inDoubt =
    now.there === 0 || rule.survives(now)
      ? `, but ${now.doubtful} joining on the other side may have become up there`
      : "";
  const facts = `${rule.facts(now)}${inDoubt}`;
  const lastSurviving = past.findLastIndex(({ standing }) => survives(rule, standing));
  const lostForMs = past[lastSurviving + 1]?.forMs ?? 0;
  const holdJoining = true;
  if (lostForMs < stableMs) {
    const because = `${facts}; when that has lasted ${stableMs} ms, ${who} down.`;
    return { down: NOBODY, reconsiderInMs: whole(stableMs - lostForMs), holdJoining, because };
  }
  const down = everybody ? [...view.membership].filter(isLiving).map(({ node }) => node) : [view.self.node];
  return { down, holdJoining, because: `${facts}; that has lasted ${stableMs} ms, so ${who} down.` };
}

function asWinner(
  view: DowningView,
  rule: SideRule,
  { stableMs, marginMs }: SideTiming,
  past: readonly PastStanding[],
  now: Standing,
): DowningDecision {
  const holdJoining = now.there + now.doubtful > 0;
  const facts = now.there > 0 ? rule.facts(now) : "Only members that do not count yet are unreachable";
  if (!view.isLeader) {
    const leader = view.leader?.node.address;
    const who = leader === undefined ? "nobody leads, so nobody downs" : `it is for the leader, ${leader}, to down`;
    return { down: NOBODY, holdJoining, because: `${facts}; ${who} the unreachable.` };
  }
  // Where two leaders do not see each other but somebody sees both, the one with the lower address acts first, and the
  // other one hears of it. Otherwise they would down each other.
  const waitMs = stableMs + marginMs * (now.lowestIsHere ? 1 : 2);
  const lastLostForMs = past.find(({ standing }) => standing.there === now.there)?.forMs ?? 0;
  const restMs = Math.min(view.stableForMs, lastLostForMs);
  if (restMs < waitMs) {
    const because = `${facts}; the unreachable go down when nothing has changed for ${waitMs} ms.`;
    return { down: NOBODY, reconsiderInMs: whole(waitMs - restMs), holdJoining, because };
  }
  const { down, ...later } = whoIsDue(view.unreachable, waitMs);
  const because = `${facts}; nothing has changed for ${waitMs} ms, so the unreachable go down.`;
  return { down, ...later, holdJoining, because };
}
