import type { ClusterExplanation, MemberStatus } from "@rollcall/cluster";
import type { MemberReport, ReportBody } from "./messages.js";
import type { NodeEvent } from "./telling/story-event.js";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What can be seen to happen to a member, in the order of its life. */
export type Sight = MemberStatus | "unreachable";

/** That something was seen, and when: in milliseconds since the demonstration began. */
export interface Sighting {
  readonly what: Sight;
  readonly at: number;
}

/** What one node of the demonstration has told so far. */
export class NodeView {
  readonly name: string;
  readonly pid: number;
  /** Undefined until it listens. */
  address: string | undefined;
  /** The id of its incarnation. Undefined until it listens. */
  incarnation: string | undefined;
  /** Whom its discovery lists, itself excluded. */
  readonly found = new Set<string>();
  /** Whom it sees in the cluster, itself included, by address. */
  readonly members = new Map<string, MemberReport>();
  /** Every status it saw of each, and when it did not reach it, in order, by address. */
  readonly history = new Map<string, Sighting[]>();
  /** Whose actor has answered its call, by address; who is gone is not among them. */
  readonly called = new Set<string>();
  /** Whose actor it was told is no more, by address, and when that was last. */
  readonly fired = new Map<string, number>();
  /** What the singleton had counted when it began there, if it is there. */
  hosting: { readonly count: number } | undefined;
  leader: string | undefined;
  /** The last explanation it gave. */
  explanation: ClusterExplanation | undefined;
  /** Why its system ended. */
  ended: string | undefined;
  /** Why its system could not be started. */
  failure: string | undefined;
  exit: Exit | undefined;
  /** When the demonstration killed it, in milliseconds since it began. */
  killedAt: number | undefined;

  constructor(name: string, pid: number) {
    this.name = name;
    this.pid = pid;
  }

  /** Whether it still has something to tell. */
  get isAlive(): boolean {
    return [this.ended, this.failure, this.exit, this.killedAt].every((end) => end === undefined);
  }

  /**
   * Takes in what the node told, and gives what is new in it.
   *
   * @param at when that was, in milliseconds since the demonstration began
   */
  take(report: ReportBody, at: number): NodeEvent[] {
    switch (report.kind) {
      case "listening":
        this.address = report.address;
        this.incarnation = report.incarnation;
        return [{ event: "listening", address: report.address, incarnation: report.incarnation, pid: this.pid }];
      case "listed":
        return this.#listed(report.addresses);
      case "snapshot":
        return [...report.members.flatMap((member) => this.#member(member, at)), ...this.#leads(report.leader)];
      case "member":
        return this.#member(report.member, at);
      case "leader":
        return this.#leads(report.address);
      case "called":
        this.called.add(report.address);
        return [{ event: "called", address: report.address, answer: report.answer }];
      case "watch-fired":
        this.called.delete(report.address);
        this.fired.set(report.address, at);
        return [{ event: "watch-fired", address: report.address, reason: report.reason }];
      case "hosts":
        this.hosting = { count: report.count };
        return [{ event: "hosts", count: report.count }];
      case "rests":
        this.hosting = undefined;
        return [{ event: "rests" }];
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

  killed(at: number): NodeEvent[] {
    this.killedAt = at;
    return [{ event: "killed", pid: this.pid }];
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

  #member(member: MemberReport, at: number): NodeEvent[] {
    const { address, status, reachability } = member;
    const before = this.members.get(address);
    if (status === "removed") this.members.delete(address);
    else this.members.set(address, member);
    const events: NodeEvent[] = [];
    if (before?.status !== status) {
      this.#saw(address, { what: status, at });
      events.push({ event: "member", address, from: before?.status, to: status });
    }
    if ((before?.reachability ?? "reachable") !== reachability) {
      if (reachability === "unreachable") this.#saw(address, { what: reachability, at });
      events.push({ event: "reachability", address, reachability });
    }
    return events;
  }

  #saw(address: string, sighting: Sighting): void {
    const history = this.history.get(address) ?? [];
    history.push(sighting);
    this.history.set(address, history);
  }

  #leads(address: string | undefined): NodeEvent[] {
    if (address === this.leader) return [];
    this.leader = address;
    return [{ event: "leader", address }];
  }
}
