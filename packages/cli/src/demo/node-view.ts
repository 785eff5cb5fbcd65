import type { ClusterExplanation, MemberStatus } from "@rollcall/cluster";
import type { MemberReport, ReportBody } from "./messages.js";
import type { NodeEvent } from "./telling/story-event.js";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What one node of the demonstration has told so far. */
export class NodeView {
  readonly name: string;
  readonly pid: number;
  /** Undefined until it listens. */
  address: string | undefined;
  /** Whom its discovery lists, itself excluded. */
  readonly found = new Set<string>();
  /** Whom it sees in the cluster, itself included, by address. */
  readonly members = new Map<string, MemberReport>();
  /** Every status it saw of each, in order. */
  readonly history = new Map<string, MemberStatus[]>();
  leader: string | undefined;
  /** The last explanation it gave. */
  explanation: ClusterExplanation | undefined;
  /** Why its system ended. */
  ended: string | undefined;
  /** Why its system could not be started. */
  failure: string | undefined;
  exit: Exit | undefined;

  constructor(name: string, pid: number) {
    this.name = name;
    this.pid = pid;
  }

  /** Whether it still has something to tell. */
  get isAlive(): boolean {
    return this.ended === undefined && this.failure === undefined && this.exit === undefined;
  }

  /** Takes in what the node told, and gives what is new in it. */
  take(report: ReportBody): NodeEvent[] {
    switch (report.kind) {
      case "listening":
        this.address = report.address;
        return [{ event: "listening", address: report.address, pid: this.pid }];
      case "listed":
        return this.#listed(report.addresses);
      case "snapshot":
        return [...report.members.flatMap((member) => this.#member(member)), ...this.#leads(report.leader)];
      case "member":
        return this.#member(report.member);
      case "leader":
        return this.#leads(report.address);
      case "explanation":
        this.explanation = report.explanation;
        return [{ event: "explanation", explanation: report.explanation }];
      case "ended":
        this.ended = report.reason;
        return [{ event: "ended", reason: report.reason }];
      case "failed":
        this.failure = report.message;
        return [{ event: "failed", message: report.message }];
    }
  }

  exited(exit: Exit): NodeEvent[] {
    this.exit = exit;
    return [{ event: "exited", ...exit }];
  }

  #listed(addresses: readonly string[]): NodeEvent[] {
    const others = addresses.filter((address) => address !== this.address);
    const found = others.filter((address) => !this.found.has(address));
    const lost = [...this.found].filter((address) => !others.includes(address));
    for (const address of found) this.found.add(address);
    for (const address of lost) this.found.delete(address);
    return [
      ...(found.length > 0 ? [{ event: "found", addresses: found } as const] : []),
      ...(lost.length > 0 ? [{ event: "lost", addresses: lost } as const] : []),
    ];
  }

  #member(member: MemberReport): NodeEvent[] {
    const { address, status, reachability } = member;
    const before = this.members.get(address);
    if (status === "removed") this.members.delete(address);
    else this.members.set(address, member);
    const events: NodeEvent[] = [];
    if (before?.status !== status) {
      this.history.set(address, [...(this.history.get(address) ?? []), status]);
      events.push({ event: "member", address, from: before?.status, to: status });
    }
    if ((before?.reachability ?? "reachable") !== reachability) {
      events.push({ event: "reachability", address, reachability });
    }
    return events;
  }

  #leads(address: string | undefined): NodeEvent[] {
    if (address === this.leader) return [];
    this.leader = address;
    return [{ event: "leader", address }];
  }
}
