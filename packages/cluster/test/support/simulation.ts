import type { ClusterEvent, ClusterSystem, MemberStatus } from "@rollcall/cluster";
import { SimulatedCluster, type SimulatedClusterOptions, type SimulatedNodeOptions } from "@rollcall/testkit";

type NodeOptions = Omit<SimulatedNodeOptions, "host">;

/** As many systems as that, so that each can be given a name. */
type Systems<Count extends number, Made extends ClusterSystem[] = []> = number extends Count
  ? ClusterSystem[]
  : Made["length"] extends Count
    ? Made
    : Systems<Count, [...Made, ClusterSystem]>;

/** How long after everything was shut down a frame may still be under way, in virtual milliseconds. */
const AFTERMATH_MS = 100;
/** The same where frames get lost, and are repeated. */
const LOSSY_AFTERMATH_MS = 3_000;
/** The same where what a cut held up is sent again as late as TCP does; also over connections that were given up. */
const RETRANSMITTED_AFTERMATH_MS = 120_000;

/**
 * A simulated cluster that sees to it, when it is disposed, that all its nodes have given everything back: nothing is
 * scheduled any more, and no connection is left.
 */
export class Simulation extends SimulatedCluster {
  readonly #aftermathMs: number;

  constructor(options: SimulatedClusterOptions = {}) {
    super(options);
    if (options.retransmits) this.#aftermathMs = RETRANSMITTED_AFTERMATH_MS;
    else this.#aftermathMs = (options.loss ?? 0) > 0 ? LOSSY_AFTERMATH_MS : AFTERMATH_MS;
  }

  /** Starts nodes that do not know each other. */
  async startMany<Count extends number>(count: Count, options: NodeOptions = {}): Promise<Systems<Count>> {
    const systems: ClusterSystem[] = [];
    for (let started = 0; started < count; started++) systems.push(await this.start(options));
    return systems as Systems<Count>;
  }

  /** Starts nodes and lets them form one cluster through the first. */
  async form<Count extends number>(count: Count, options: NodeOptions = {}): Promise<Systems<Count>> {
    const systems: ClusterSystem[] = await this.startMany(count, options);
    await this.join(systems.slice(1), systems[0] as ClusterSystem);
    await this.united(systems);
    return systems as Systems<Count>;
  }

  /** Lets nodes join another one, all at once. */
  async join(systems: readonly ClusterSystem[], to: ClusterSystem): Promise<void> {
    await this.clock.settle(Promise.all(systems.map(({ cluster }) => cluster.join(to.cluster.self.address))));
  }

  /** Lets time pass until these nodes, and nobody else, are up in the eyes of all of them. */
  async united(systems: readonly ClusterSystem[], withinMs = 10_000): Promise<void> {
    const nodes = systems.map(({ cluster }) => cluster.self.address).join(", ");
    await this.clock
      .until(() => areUnited(systems), withinMs, `that ${nodes} are one cluster`)
      .catch((error) => {
        for (const system of systems) error.message += `\n${system.cluster.self.address} sees ${seen(system)}`;
        throw error;
      });
  }

  /** A process dies without a word. What it leaves running here is cut off. */
  crash(system: ClusterSystem): void {
    this.network.crash(system.cluster.self.host);
  }

  /** Lets one node down another, and time pass until these have removed it. */
  async remove(gone: ClusterSystem, by: ClusterSystem, witnesses: readonly ClusterSystem[]): Promise<void> {
    by.cluster.down(gone.cluster.self);
    const { id } = gone.cluster.self;
    const isGone = ({ cluster }: ClusterSystem) => cluster.membership.get(id) === undefined;
    await this.clock.until(() => witnesses.every(isGone), 10_000, `that ${gone.cluster.self} is removed`);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.network.heal();
    await this.clock.advance(this.#aftermathMs);
    const { pending } = this.clock;
    const { connections } = this.network;
    if (pending > 0 || connections > 0) {
      throw new Error(`After the shutdown ${pending} calls are still scheduled and ${connections} connections left.`);
    }
  }
}

/** Whether these nodes, and nobody else, are up in the eyes of all of them. */
export function areUnited(systems: readonly ClusterSystem[]): boolean {
  const ids = systems.map(({ cluster }) => cluster.self.id);
  return systems.every(({ cluster: { membership } }) => {
    return membership.size === ids.length && ids.every((id) => membership.get(id)?.status === "up");
  });
}

/** What a node sees, in short: `1 up, 2 leaving`. */
export function seen(system: ClusterSystem): string {
  return [...system.cluster.membership].map(({ node, status }) => `${nameOf(node.host)} ${status}`).join(", ");
}

/** Which status a node has in the eyes of another; `unknown` if it has none. */
export function statusOf(node: ClusterSystem, inTheEyesOf: ClusterSystem): MemberStatus | "unknown" {
  return inTheEyesOf.cluster.membership.get(node.cluster.self.id)?.status ?? "unknown";
}

/** The last part of a host's address. */
function nameOf(host: string): string {
  return host.replace(/^.*[.:]/, "");
}

/** An event in short: `snapshot of 2`, `2: joining → up`, `2: unreachable`, `leader 1 → nobody`, `missed 7`. */
export function inShort(event: ClusterEvent): string {
  switch (event.kind) {
    case "snapshot":
      return `snapshot of ${event.membership.size}`;
    case "membership":
      return `${nameOf(event.member.node.host)}: ${event.from ?? "unknown"} → ${event.to}`;
    case "reachability":
      return `${nameOf(event.member.node.host)}: ${event.member.reachability}`;
    case "leadership":
      return `leader ${hostOf(event.from)} → ${hostOf(event.to)}`;
    case "lagged":
      return `missed ${event.missed}`;
  }
}

function hostOf(member: { readonly node: { readonly host: string } } | undefined): string {
  return member === undefined ? "nobody" : nameOf(member.node.host);
}

/** Reads a node's events from now on, until it ends. */
export function record(system: ClusterSystem): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const read = async () => {
    for await (const event of system.cluster.events) events.push(event);
  };
  void read();
  return events;
}
