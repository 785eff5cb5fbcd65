import { type ClusterEvent, ClusterSystem, isClusterError, type Member } from "@rollcall/cluster";
import { formatEndpoint } from "@rollcall/core";
import type { MemberReport, ReportBody, StartOrder } from "../messages.js";
import { playActors } from "./demo-actors.js";
import { observed } from "./observed-discovery.js";
import { openDiscovery } from "./open-discovery.js";

type Tell = (report: ReportBody) => void;

/** One node of the demonstration: an ordinary program with a cluster system in it, which tells what it sees. */
export class DemoNode {
  readonly #order: StartOrder;
  readonly #tell: Tell;
  #system: ClusterSystem | undefined;
  #leaving = false;

  constructor(order: StartOrder, tell: Tell) {
    this.#order = order;
    this.#tell = tell;
  }

  /** Resolves when the node has come, gone, and given everything back. */
  async run(): Promise<void> {
    const { port } = this.#order;
    try {
      await this.#live(port ?? 0);
    } catch (error) {
      // Somebody has taken the port since it was last in use.
      if (port === undefined || !isClusterError(error) || error.code !== "BIND_FAILED") throw error;
      await this.#live(0);
    }
  }

  async #live(port: number): Promise<void> {
    const { system: name, discovery: plan } = this.#order;
    await using discovery = observed(await openDiscovery(plan), (listing) =>
      this.#tell({ kind: "listed", addresses: listing.map(formatEndpoint) }),
    );
    const system = await ClusterSystem.start(name, (settings) => {
      settings.node.host = "127.0.0.1";
      settings.node.port = port;
      settings.discovery = discovery;
    });
    this.#system = system;
    const { address, id } = system.cluster.self;
    this.#tell({ kind: "listening", address, incarnation: id });
    if (this.#leaving) void system.shutdown();
    else void playActors(system, this.#tell);
    for await (const event of system.cluster.events) this.#tellOf(event);
    const { reason } = await system.terminated;
    this.#tell({ kind: "ended", reason });
  }

  explain(): void {
    if (this.#system) this.#tell({ kind: "explanation", explanation: this.#system.cluster.explain() });
  }

  leave(): void {
    this.#leaving = true;
    void this.#system?.shutdown();
  }

  #tellOf(event: ClusterEvent): void {
    switch (event.kind) {
      case "snapshot": {
        const members = [...event.membership].map(toReport);
        this.#tell({ kind: "snapshot", members, leader: event.leader?.node.address });
        break;
      }
      case "membership":
      case "reachability":
        this.#tell({ kind: "member", member: toReport(event.member) });
        break;
      case "leadership":
        this.#tell({ kind: "leader", address: event.to?.node.address });
        break;
      case "lagged":
        // The snapshot that follows brings what was missed.
        break;
    }
  }
}

function toReport({ node, status, reachability }: Member): MemberReport {
  return { address: node.address, status, reachability };
}
