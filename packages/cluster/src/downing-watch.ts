import type { ClusterChange } from "./cluster-core.js";
import type { DowningDecision, DowningStrategy, DowningView } from "./downing/downing-strategy.js";
import { isLiving, type Member } from "./membership/member.js";
import type { MembershipTable } from "./membership/membership-table.js";

const NOTHING: DowningDecision = Object.freeze({ down: [], because: "No member is unreachable." });

/** Remembers since when members are unreachable and the cluster is stable, and asks the strategy. */
export class DowningWatch {
  readonly #strategy: DowningStrategy;
  readonly #table: MembershipTable;
  readonly #unreachableSince = new Map<string, number>();
  #stableSince: number;
  /** What the strategy said last. */
  last: DowningDecision = NOTHING;

  constructor(strategy: DowningStrategy, table: MembershipTable, now: number) {
    this.#strategy = strategy;
    this.#table = table;
    this.#stableSince = now;
  }

  get strategy(): string {
    return this.#strategy.name;
  }

  note(change: ClusterChange, now: number): void {
    if (change.kind === "leadership") return;
    const { member } = change;
    if (member.reachability === "unreachable" && isLiving(member)) {
      if (!this.#unreachableSince.has(member.node.id)) this.#unreachableSince.set(member.node.id, now);
    } else {
      this.#unreachableSince.delete(member.node.id);
    }
    if (member.status !== "joining") this.#stableSince = now;
  }

  /**
   * This process stood still for so long, in milliseconds: it could not have heard from anybody, so that time does not
   * count against anybody.
   */
  stalled(ms: number): void {
    for (const [id, since] of this.#unreachableSince) this.#unreachableSince.set(id, since + ms);
    this.#stableSince += ms;
  }

  /** What to do now. Asks nobody while everybody is reachable. */
  decide(self: Member, leader: Member | undefined, now: number): DowningDecision {
    const isNeeded = this.#unreachableSince.size > 0 || this.last.down.length > 0;
    this.last = isNeeded ? this.#strategy.decide(this.#view(self, leader, now)) : NOTHING;
    return this.last;
  }

  #view(self: Member, leader: Member | undefined, now: number): DowningView {
    const table = this.#table;
    const unreachable = [...this.#unreachableSince].flatMap(([id, since]) => {
      const member = table.get(id);
      return member === undefined ? [] : [{ member, forMs: now - since }];
    });
    return {
      self,
      // Only if the strategy looks at it: when a tenth of a large cluster goes, there is a decision for each of them.
      get membership() {
        return table.snapshot;
      },
      leader,
      isLeader: leader?.node.id === self.node.id,
      unreachable,
      stableForMs: now - this.#stableSince,
    };
  }
}
