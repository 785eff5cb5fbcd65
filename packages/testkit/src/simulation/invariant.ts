import type { ClusterEvent, ClusterSystem } from "@rollcall/cluster";
import type { SimulatedCluster } from "../simulated-cluster.js";
import type { FaultLedger } from "./fault-ledger.js";

/** What an invariant can look at. */
export interface Scene {
  readonly cluster: SimulatedCluster;
  /** Nodes that are neither dead nor shut down, those that are paused included. */
  readonly running: readonly ClusterSystem[];
  /** Who may look dead to somebody, and why. */
  readonly faults: FaultLedger;
  /** How many nodes the simulation has in all. */
  readonly size: number;
  /** Some of the settings of every node. */
  readonly limits: { readonly bufferedFrames: number; readonly maxHandshakes: number };
  /** Whether the downing strategy gives up nobody but who is unreachable. */
  readonly sparesTheReachable: boolean;
  /** The network is whole, nothing happens any more, and all have come to agree. */
  readonly atRest: boolean;
}

/**
 * Something that has to hold whatever happens. Made anew for every run, so it can keep what it has seen. What its
 * methods return is what is wrong; nothing, if nothing is.
 */
export interface Invariant {
  /** A sentence, such as "a removed node never returns". */
  readonly name: string;
  /** A node has told of something: every event that its `cluster.events` give, in order. */
  onEvent?(event: ClusterEvent, by: ClusterSystem, scene: Scene): string | undefined;
  /** Something has happened, or a second has passed. Called at the end as well, with `atRest`. */
  check?(scene: Scene): string | undefined;
}

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: string;
  /** What was seen instead. */
  readonly message: string;
  /** Virtual time, in milliseconds. */
  readonly atMs: number;
}
