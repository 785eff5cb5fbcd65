import { compareNodes, type UniqueNode } from "../node.js";

/**
 * A cluster in the eyes of one of its nodes: those that have not been downed and can be reached. Who cannot may be on the
 * other side, and about to be downed.
 */
export interface Side {
  /** The one with the lowest address. */
  readonly lowest: UniqueNode;
  /** How many they are. */
  readonly members: number;
}

/**
 * Whether a node that has been told of its removal has to go. It has, if it takes whoever says so for a member. If it
 * removed that one as well, they are two clusters, left over from a split: the smaller goes, or of equals the one whose
 * lowest address is the higher, so that its nodes can join the other as new incarnations; and not both.
 *
 * @param removedThem whether this node has removed whoever says so
 */
export function mustYield(us: Side, them: Side, removedThem: boolean): boolean {
  if (!removedThem) return true;
  return us.members === them.members ? compareNodes(us.lowest, them.lowest) > 0 : us.members < them.members;
}
