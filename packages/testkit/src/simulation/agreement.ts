import type { ClusterSystem } from "@rollcall/cluster";

/**
 * Whether nodes have come to agree: each sees just these, all of them up and reachable, and the same leader; and the
 * leader knows that they do.
 *
 * @returns what is not so, or undefined
 */
export function agreement(systems: readonly ClusterSystem[]): string | undefined {
  const ids = systems.map(({ cluster }) => cluster.self.id);
  // One that is left alone may be up still, or wait for somebody.
  const alone = systems.length === 1;
  for (const { cluster } of systems) {
    const { membership, leader } = cluster;
    const isRight = (id: string) => {
      const member = membership.get(id);
      return member?.reachability === "reachable" && (member.status === "up" || (alone && member.status === "joining"));
    };
    if (membership.size !== ids.length || !ids.every(isRight)) {
      const hosts = systems.map(({ cluster: { self } }) => self.host).join(", ");
      return `${cluster.self} sees\n${membership}\nwhile there are ${hosts}`;
    }
    if (leader?.node.id === cluster.self.id && !cluster.explain().converged) {
      return `${cluster.self}, the leader, does not know that all hold the same`;
    }
    if (!alone && leader === undefined) return `${cluster.self} sees no leader`;
  }
  return undefined;
}
