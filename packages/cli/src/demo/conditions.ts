/**
 * What the steps of the demonstration wait for. Each condition says in sentences what is still missing: nothing, when
 * it holds.
 */
import type { MemberStatus } from "@rollcall/cluster";
import { count } from "../terminal/text.js";
import type { NodeView } from "./node-view.js";

type Views = readonly NodeView[];

/** Every node listens and has begun to join. */
export function allListen(nodes: Views): string[] {
  return nodes
    .filter(({ address, members }) => address === undefined || !members.has(address))
    .map(({ name }) => `${name} does not listen yet`);
}

/** Every node's discovery lists every other. */
export function allFound(nodes: Views): string[] {
  return nodes.flatMap((node) =>
    others(node, nodes)
      .filter(({ address }) => address === undefined || !node.found.has(address))
      .map(({ name }) => `${node.name} has not found ${name}`),
  );
}

/** Every node sees each of them up. */
export function allUp(nodes: Views): string[] {
  return nodes.flatMap((node) =>
    nodes.flatMap(({ name, address = "" }) => {
      const seen = node.members.get(address)?.status;
      if (seen === "up") return [];
      const whom = name === node.name ? "itself" : name;
      return [seen === undefined ? `${node.name} does not see ${whom}` : `${node.name} sees ${whom} ${seen}, not up`];
    }),
  );
}

/** Every node sees the same leader, one of them. */
export function oneLeader(nodes: Views): string[] {
  const leaders = new Set(nodes.map(({ leader }) => leader));
  const [leader] = leaders;
  if (leaders.size === 1 && nodes.some(({ address }) => address !== undefined && address === leader)) return [];
  return nodes.map((node) => `${node.name} sees ${nameOf(node.leader, nodes) ?? "nobody"} lead`);
}

/** Every node sees a cluster of just so many members. */
export function clusterOf(nodes: Views, members: number): string[] {
  return nodes
    .filter((node) => node.members.size !== members)
    .map((node) => `${node.name} sees ${count(node.members.size, "member")}, not ${members}`);
}

/** Somebody saw each status of one who left, in this order, and nobody sees it any more. */
export function sawItGo(nodes: Views, gone: NodeView, statuses: readonly MemberStatus[]): string[] {
  const address = gone.address ?? "";
  const still = nodes
    .filter((node) => node.members.has(address))
    .map((node) => `${node.name} still sees ${gone.name} ${node.members.get(address)?.status}`);
  const seen = nodes.map((node) => (node.history.get(address) ?? []).filter((status) => statuses.includes(status)));
  if (still.length > 0 || seen.some((each) => each.join() === statuses.join())) return still;
  return [`nobody saw ${gone.name} ${statuses.join(", then ")}`];
}

/** Nobody's discovery lists one who left. */
export function nobodyFinds(nodes: Views, gone: NodeView): string[] {
  const stillListed = nodes.filter(({ found }) => gone.address !== undefined && found.has(gone.address));
  return stillListed.map(({ name }) => `${name} still finds ${gone.name}`);
}

/** The node left of its own accord and its process ended by itself. */
export function allEnded(nodes: Views): string[] {
  return nodes.flatMap(({ name, ended, exit }) => {
    if (ended !== "left") return [`${name} has not left`];
    return exit?.code === 0 ? [] : [`${name} has left, but its process has not ended by itself`];
  });
}

function others(node: NodeView, nodes: Views): NodeView[] {
  return nodes.filter((each) => each !== node);
}

function nameOf(address: string | undefined, nodes: Views): string | undefined {
  return nodes.find((node) => node.address !== undefined && node.address === address)?.name ?? address;
}
