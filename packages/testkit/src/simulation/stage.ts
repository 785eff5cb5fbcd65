import type { ClusterSettings, ClusterSystem } from "@rollcall/cluster";
import { seededRandom } from "../seeded-random.js";
import { SimulatedCluster, type SimulatedClusterOptions } from "../simulated-cluster.js";
import { FaultLedger } from "./fault-ledger.js";
import type { Scene } from "./invariant.js";
import type { LieKind, Operation } from "./operation.js";

const PORT = 7337;
const SYSTEM = "simulated";
/** A node of another system, in the same network and known to the same registry. */
const STRANGER = Object.freeze({ host: "10.1.0.1", system: "strangers" });
/** Where nobody has ever been. */
const NOBODY = Object.freeze({ host: "10.2.0.1", port: PORT });

/** So low that a run can reach them. */
const LOW_LIMITS = Object.freeze({ bufferedFrames: 8, maxHandshakes: 16 });

export interface StageOptions {
  readonly seed: number;
  readonly size: number;
  readonly trace?: SimulatedClusterOptions["trace"];
  readonly configure?: ((settings: ClusterSettings) => void) | undefined;
  /** A node has been started. */
  readonly onStart: (system: ClusterSystem) => void;
}

/** The nodes of a simulation and where they run; makes what an operation says happen. */
export class Stage implements Scene {
  readonly cluster: SimulatedCluster;
  readonly faults = new FaultLedger();
  readonly size: number;
  atRest = false;
  sparesTheReachable = true;
  limits: Scene["limits"] = LOW_LIMITS;
  /** How many nodes it takes for one of them to lead. */
  enough = 1;
  readonly #options: StageOptions;
  /** The latest process on each host. */
  readonly #nodes: (ClusterSystem | undefined)[];
  #stranger: ClusterSystem | undefined;
  readonly #incarnations: number[];
  #pausedUntil = 0;

  constructor(options: StageOptions) {
    const { seed, size, trace } = options;
    this.#options = options;
    this.size = size;
    this.#nodes = Array.from({ length: size }, () => undefined);
    this.#incarnations = Array.from({ length: size }, () => 0);
    this.cluster = new SimulatedCluster({
      seed,
      discovery: true,
      retransmits: true,
      ...(trace === undefined ? {} : { trace }),
      configure: (settings) => {
        Object.assign(settings.association, LOW_LIMITS);
        options.configure?.(settings);
        const { association, leadership, formation } = settings;
        this.limits = { bufferedFrames: association.bufferedFrames, maxHandshakes: association.maxHandshakes };
        this.enough = Math.max(leadership.minimumMembers, formation.minimumMembers);
        this.sparesTheReachable = /^(timeout|none)\b/.test(settings.downing.name);
      },
    });
  }

  get running(): ClusterSystem[] {
    return this.cluster.running.filter((system) => system !== this.#stranger);
  }

  /** In how many milliseconds of virtual time the last process that stands still goes on. */
  get pausedForMs(): number {
    return Math.max(0, this.#pausedUntil - this.cluster.clock.now());
  }

  /** Sets the stage: somebody who does not belong to the play. */
  async open(): Promise<void> {
    const configure = (settings: ClusterSettings) => {
      settings.discovery = undefined;
    };
    this.#stranger = await this.cluster.start({ ...STRANGER, seed: `${this.#options.seed} stranger`, configure });
    await this.cluster.clock.advance(0);
  }

  async perform(operation: Operation): Promise<void> {
    const { cluster, faults } = this;
    const { network, registry } = cluster;
    switch (operation.kind) {
      case "start":
        await this.#start(operation.node);
        break;
      case "restart":
        this.#on(operation.node, (system) => {
          faults.blame(system, "was restarted");
          cluster.kill(system);
        });
        await this.#start(operation.node);
        break;
      case "kill":
        this.#on(operation.node, (system) => {
          faults.blame(system, "was killed");
          cluster.kill(system);
        });
        break;
      case "power-off":
        this.#on(operation.node, (system) => {
          faults.blame(system, "lost power");
          cluster.powerOff(system);
        });
        break;
      case "leave":
        this.#on(operation.node, (system) => {
          faults.blame(system, "left");
          void system.cluster.leave();
        });
        break;
      case "pause":
        this.#on(operation.node, (system) => {
          faults.paused(system, operation.ms);
          this.#pausedUntil = Math.max(this.#pausedUntil, cluster.clock.now() + operation.ms);
          cluster.pause(system, operation.ms);
        });
        break;
      case "partition":
        network.partition(...operation.groups.map((group) => group.map(hostOf)));
        this.#blameWhoeverIsCutOff();
        break;
      case "one-way":
        network.cut(operation.from.map(hostOf), operation.to.map(hostOf), "one-way");
        this.#blameWhoeverIsCutOff();
        break;
      case "heal":
        network.heal();
        break;
      case "impair":
        network.impair(operation);
        break;
      case "impair-node":
        network.impair(operation, { from: [hostOf(operation.node)] });
        break;
      case "repair":
        network.repair();
        break;
      case "break":
        network.breakConnections(hostOf(operation.nodes[0]), hostOf(operation.nodes[1]));
        break;
      case "meet":
        this.#meet(...operation.nodes);
        break;
      case "registry-fails":
        registry.fail();
        break;
      case "registry-recovers":
        registry.recover();
        break;
      case "registry-lies":
        this.#lie(operation.lists);
        break;
      case "registry-tells-the-truth":
        registry.lie((truth) => truth);
        break;
    }
  }

  /** Nothing is wrong any more but what the nodes have made of it. */
  mend(): void {
    const { network, registry } = this.cluster;
    network.heal();
    network.repair();
    registry.recover();
    registry.lie((truth) => truth);
  }

  /** What somebody does who looks after a cluster that cannot tell who is dead: downs whoever is. */
  downTheDead(): void {
    const running = new Set(this.running.map(({ cluster }) => cluster.self.id));
    for (const { cluster } of this.running) {
      for (const { node } of cluster.membership) if (!running.has(node.id)) cluster.down(node);
    }
  }

  async #start(number: number): Promise<void> {
    const present = this.#nodes[number];
    if (present !== undefined && this.cluster.isRunning(present)) return;
    const incarnation = this.#incarnations[number] ?? 0;
    this.#incarnations[number] = incarnation + 1;
    // Of nothing else, so that a node stays the same when a run is repeated without some of its operations.
    const seed = `${this.#options.seed} node ${number} ${incarnation}`;
    const system = await this.cluster.start({ host: hostOf(number), system: SYSTEM, seed });
    this.#nodes[number] = system;
    this.#blameWhoeverIsCutOff();
    this.#options.onStart(system);
  }

  #on(number: number, act: (system: ClusterSystem) => void): void {
    const system = this.#nodes[number];
    if (system !== undefined && this.cluster.isRunning(system)) act(system);
  }

  #meet(a: number, b: number): void {
    const ask = (one: number, other: number) =>
      this.#on(one, ({ cluster }) => {
        // Whether it succeeds shows in the membership; it need not, if the other one is dead.
        cluster.join({ host: hostOf(other), port: PORT }, { maxAttempts: 3 }).catch(() => {});
      });
    ask(a, b);
    ask(b, a);
  }

  #lie(kind: LieKind): void {
    const random = seededRandom(`${this.#options.seed} lies`);
    const everywhere = this.#nodes.map((_, number) => ({ host: hostOf(number), port: PORT }));
    const [first] = everywhere;
    this.cluster.registry.lie((truth) => {
      switch (kind) {
        case "nobody":
          return [];
        case "the dead":
          return [...everywhere, NOBODY];
        case "a stranger":
          return [...truth, { host: STRANGER.host, port: PORT }];
        case "only the first":
          return first === undefined ? [] : [first];
        case "only some":
          return truth.filter(() => random() < 0.5);
      }
    });
  }

  #blameWhoeverIsCutOff(): void {
    const { network } = this.cluster;
    const hosts = this.#nodes.map((_, number) => hostOf(number));
    const isCutOff = (host: string) => hosts.some((other) => network.isCut(host, other) || network.isCut(other, host));
    for (const system of this.running) {
      if (isCutOff(system.cluster.self.host)) this.faults.blame(system, "was cut off from somebody");
    }
  }
}

function hostOf(number: number): string {
  return `10.0.${Math.floor(number / 250)}.${(number % 250) + 1}`;
}
