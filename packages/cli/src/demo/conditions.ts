/**
 * What the steps of the demonstration wait for. Each condition says in sentences what is still missing: nothing, when
 * it holds.
 */
import { count } from "../terminal/text.js";
import type { NodeView, Sight, Sighting } from "./node-view.js";

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

/** Every node has called an actor of every other, and had an answer. */
export function allCalled(nodes: Views): string[] {
  return nodes.flatMap((node) =>
    others(node, nodes)
      .filter(({ address }) => address === undefined || !node.called.has(address))
      .map(({ name }) => `${node.name} has no answer from the greeter of ${name}`),
  );
}

/** The singleton is on the leader, and nowhere else. */
export function leaderHosts(nodes: Views): string[] {
  const hosts = nodes.filter(({ hosting }) => hosting !== undefined);
  const [host] = hosts;
  if (hosts.length === 1 && host?.address !== undefined && host.address === host.leader) return [];
  if (hosts.length === 0) return ["nobody has the singleton"];
  return hosts.map(
    ({ name, leader }) => `${name} has the singleton, and sees ${nameOf(leader, nodes) ?? "nobody"} lead`,
  );
}

/** Every node was told that the actor of one who is gone is no more. */
export function allTold(nodes: Views, gone: NodeView): string[] {
  return nodes
    .filter(({ fired }) => !fired.has(gone.address ?? ""))
    .map(({ name }) => `${name} has not been told that the greeter of ${gone.name} is no more`);
}

/** When the last of those who were told that was; in milliseconds since the demonstration began. */
export function lastTold(nodes: Views, gone: NodeView): number {
  return Math.max(...nodes.map(({ fired }) => fired.get(gone.address ?? "") ?? 0));
}

/** Every node sees a cluster of just so many members. */
export function clusterOf(nodes: Views, members: number): string[] {
  return nodes
    .filter((node) => node.members.size !== members)
    .map((node) => `${node.name} sees ${count(node.members.size, "member")}, not ${members}`);
}

/** Every node has seen one of these happen to somebody. */
export function sawAny(nodes: Views, whom: NodeView, sights: readonly Sight[]): string[] {
  return nodes
    .filter((node) => !sightings(node, whom).some(({ what }) => sights.includes(what)))
    .map((node) => `${node.name} does not see ${whom.name} ${sights[0]}`);
}

/** When the last of those who saw something happen to somebody saw it; in milliseconds since the demonstration began. */
export function lastSeen(nodes: Views, whom: NodeView, sight: Sight): number | undefined {
  const times = nodes.flatMap((node) => sightings(node, whom).find(({ what }) => what === sight)?.at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Somebody saw all of this happen to one who is gone, in this order, and nobody sees it any more. */
export function sawItGo(nodes: Views, gone: NodeView, sights: readonly Sight[]): string[] {
  const address = gone.address ?? "";
  const still = nodes
    .filter((node) => node.members.has(address))
    .map((node) => `${node.name} still sees ${gone.name} ${node.members.get(address)?.status}`);
  const seen = nodes.map((node) => sightings(node, gone).filter(({ what }) => sights.includes(what)));
  if (still.length > 0 || seen.some((each) => each.map(({ what }) => what).join() === sights.join())) return still;
  return [`nobody saw ${gone.name} ${sights.join(", then ")}`];
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

/** The process of a node that was killed has ended by that. */
export function isGone({ name, pid, exit }: NodeView): string[] {
  if (exit === undefined) return [`process ${pid} of ${name} is still there`];
  return exit.signal === "SIGKILL" ? [] : [`process ${pid} of ${name} had ended by itself`];
}

function sightings(node: NodeView, whom: NodeView): readonly Sighting[] {
  return node.history.get(whom.address ?? "") ?? [];
}

function others(node: NodeView, nodes: Views): NodeView[] {
  return nodes.filter((each) => each !== node);
}

function nameOf(address: string | undefined, nodes: Views): string | undefined {
  return nodes.find((node) => node.address !== undefined && node.address === address)?.name ?? address;
}
