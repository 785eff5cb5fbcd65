/** How the registry is wrong: see {@link describeOperation} for each. */
export const LIES = Object.freeze(["nobody", "the dead", "a stranger", "only the first", "only some"] as const);

export type LieKind = (typeof LIES)[number];

/** Something that happens to a cluster. Nodes are numbers from 0, each a host of its own; nothing else is referred to. */
export type Happening =
  /** Starts a node, unless it runs. */
  | { readonly kind: "start"; readonly node: number }
  /** SIGKILL. */
  | { readonly kind: "kill"; readonly node: number }
  /** Its machine goes dark, and nobody is told. */
  | { readonly kind: "power-off"; readonly node: number }
  /** Killed, if it runs, and started again at once, at the same address. */
  | { readonly kind: "restart"; readonly node: number }
  /** Leaves gracefully. */
  | { readonly kind: "leave"; readonly node: number }
  /** Its process stands still for so long. */
  | { readonly kind: "pause"; readonly node: number; readonly ms: number }
  /** Nodes of different groups cannot reach each other; who is in none is a bridge between them. */
  | { readonly kind: "partition"; readonly groups: readonly (readonly number[])[] }
  /** What some send to others does not arrive; the way back is open. */
  | { readonly kind: "one-way"; readonly from: readonly number[]; readonly to: readonly number[] }
  | { readonly kind: "heal" }
  /** All links are slow and lossy. */
  | { readonly kind: "impair"; readonly latencyMs: readonly [number, number]; readonly loss: number }
  /** Everything to and from one node is slow and lossy. */
  | {
      readonly kind: "impair-node";
      readonly node: number;
      readonly latencyMs: readonly [number, number];
      readonly loss: number;
    }
  | { readonly kind: "repair" }
  /** Connections between two nodes break; both will dial, and so cross. */
  | { readonly kind: "break"; readonly nodes: readonly [number, number] }
  /** Two nodes are told to join each other, at the same moment. */
  | { readonly kind: "meet"; readonly nodes: readonly [number, number] }
  | { readonly kind: "registry-fails" }
  | { readonly kind: "registry-recovers" }
  | { readonly kind: "registry-lies"; readonly lists: LieKind }
  | { readonly kind: "registry-tells-the-truth" };

/** Something that happens, and how long nothing else does after it, in milliseconds of virtual time. */
export type Operation = Happening & { readonly thenMs: number };

/** One line for people. */
export function describeOperation(operation: Operation): string {
  return `${describe(operation)}, then ${operation.thenMs} ms`;
}

function describe(operation: Happening): string {
  switch (operation.kind) {
    case "start":
    case "kill":
    case "restart":
      return `${operation.kind} node ${operation.node}`;
    case "power-off":
      return `node ${operation.node} loses power`;
    case "leave":
      return `node ${operation.node} leaves`;
    case "pause":
      return `node ${operation.node} stands still for ${operation.ms} ms`;
    case "partition":
      return `partition ${operation.groups.map((group) => group.join(" ")).join(" | ")}`;
    case "one-way":
      return `nothing from ${operation.from.join(" ")} reaches ${operation.to.join(" ")}`;
    case "impair":
      return `all links take ${operation.latencyMs.join(" to ")} ms and lose ${percent(operation.loss)}`;
    case "impair-node":
      return `links of node ${operation.node} take ${operation.latencyMs.join(" to ")} ms and lose ${percent(operation.loss)}`;
    case "break":
      return `connections between ${operation.nodes.join(" and ")} break`;
    case "meet":
      return `${operation.nodes.join(" and ")} join each other`;
    case "registry-lies":
      return `the registry lists ${operation.lists}`;
    case "registry-fails":
    case "registry-recovers":
    case "registry-tells-the-truth":
      return `the ${operation.kind.replaceAll("-", " ")}`;
    case "heal":
    case "repair":
      return `${operation.kind} the network`;
  }
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 1000) / 10} %`;
}
