import type { ClusterSystem, Member } from "@rollcall/cluster";

/**
 * Whether nodes have come to agree: each sees just these, all of them up and reachable, and the same leader; and the
 * leader knows that they do.
 *
 * @param enough how many it takes for one of them to lead. Fewer may be up still, or wait for others; and who is down
 *   stays, since nobody removes it. Only a leader downs who cannot be reached; so where nobody leads there stays who died
 *   while it left without having been up, since it does not count and nobody goes for it, and whoever died before the
 *   node that is left was up itself, since such a one cannot lead alone
 * @returns what is not so, or undefined
 */
export function agreement(systems: readonly ClusterSystem[], enough: number): string | undefined {
  const ids = systems.map(({ cluster }) => cluster.self.id);
  const few = systems.length < enough;
  for (const { cluster } of systems) {
    const { membership, leader } = cluster;
    const isRight = (id: string) => {
      const member = membership.get(id);
      return member?.reachability === "reachable" && (member.status === "up" || (few && member.status === "joining"));
    };
    const isWaiting = membership.get(cluster.self.id)?.status === "joining";
    const mayStay = ({ status, reachability, upNumber }: Member) => {
      const doesNotCount = status === "leaving" && upNumber === 0;
      const isLeft = leader === undefined && reachability === "unreachable" && (doesNotCount || isWaiting);
      return few && (status === "down" || isLeft);
    };
    const others = [...membership].filter((member) => !mayStay(member)).length;
    if (others !== ids.length || !ids.every(isRight)) {
      const hosts = systems.map(({ cluster: { self } }) => self.host).join(", ");
      return `${cluster.self} sees\n${membership}\nwhile there are ${hosts}`;
    }
    if (leader?.node.id === cluster.self.id && !cluster.explain().converged) {
      return `${cluster.self}, the leader, does not know that all hold the same`;
    }
    if (!few && leader === undefined) return `${cluster.self} sees no leader`;
  }
  return undefined;
}
