import type { Member } from "../membership/member.js";
import type { Membership } from "../membership/membership.js";
import type { DowningView } from "./downing-strategy.js";

/**
 * How the members that count stand to each other, as one node sees it: those here, which it reaches, and those there,
 * which it does not. Members that are up count, also while they leave. While nobody is up, those joining do.
 */
export interface Standing {
  readonly here: number;
  readonly there: number;
  /** Members there that this node holds for joining, but who may have become up without it hearing of that. */
  readonly doubtful: number;
  /** By address, of all that count. */
  readonly lowest: Member | undefined;
  readonly lowestIsHere: boolean;
  /** By `upNumber`, of all that count. */
  readonly oldest: Member | undefined;
  readonly oldestIsHere: boolean;
}

/** A standing, and for how long it has been this one or a later one. */
export interface PastStanding {
  readonly standing: Standing;
  readonly forMs: number;
}

/**
 * How things came to stand as they do: one standing for each unreachable member, in the order in which they became
 * unreachable. The last one is that of now. Who was unreachable and has come back does not appear.
 */
export function standings({ membership, unreachable }: DowningView): PastStanding[] {
  const electorate = electorateOf(membership);
  const counting = new Set(electorate.map(({ node }) => node.id));
  // A membership is in the order of addresses.
  const [lowest] = electorate;
  const oldest = oldestOf(electorate);
  const leaders = mayHaveLed(membership, electorate);
  let there = 0;
  let joiningThere = 0;
  let lowestIsHere = true;
  let oldestIsHere = true;
  let ledFromHere = true;
  return unreachable
    .toSorted((a, b) => b.forMs - a.forMs)
    .map(({ member, forMs }) => {
      const { id } = member.node;
      if (counting.has(id)) {
        there++;
        if (id === lowest?.node.id) lowestIsHere = false;
        if (id === oldest?.node.id) oldestIsHere = false;
      } else if (member.status === "joining") joiningThere++;
      if (leaders.has(id)) ledFromHere = false;
      // Only the leader makes members up. If it was one of those here, all that it did is known here.
      const doubtful = ledFromHere ? 0 : joiningThere;
      const here = electorate.length - there;
      return { forMs, standing: { here, there, doubtful, lowest, lowestIsHere, oldest, oldestIsHere } };
    });
}

function electorateOf(membership: Membership): Member[] {
  const members = [...membership];
  const full = members.filter(({ status, upNumber }) => status === "up" || (status === "leaving" && upNumber > 0));
  return full.length > 0 ? full : members.filter(({ status }) => status === "joining");
}

/**
 * Who may have led before anybody was unreachable: the lowest that is up, or one below it while it was not leaving yet;
 * while nobody is up, whoever is joining.
 */
function mayHaveLed(membership: Membership, electorate: readonly Member[]): Set<string> {
  const lowestUp = electorate.findIndex(({ status }) => status === "up");
  const leaders = lowestUp < 0 ? [...membership] : electorate.slice(0, lowestUp + 1);
  return new Set(leaders.map(({ node }) => node.id));
}

/** Of equally old ones, as there are after two clusters have merged, the one with the lowest address. */
function oldestOf([first, ...others]: readonly Member[]): Member | undefined {
  return others.reduce((oldest, each) => (oldest && each.upNumber < oldest.upNumber ? each : oldest), first);
}
