import { describe, expect, it } from "vitest";
import type { DowningDecision, DowningView } from "../src/downing/index.js";
import { DowningWatch } from "../src/downing-watch.js";
import type { Member } from "../src/membership/member.js";
import { MembershipTable } from "../src/membership/membership-table.js";
import { entry, node } from "./support/nodes.js";

const NOBODY: DowningDecision = { down: [], because: "patience" };

/** A watch over the members 1 to 3, all up, at a time that the test moves; node 1 asks. */
class Watched {
  now = 0;
  readonly asked: DowningView[] = [];
  answer: DowningDecision = NOBODY;
  readonly table = new MembershipTable({ ttlMs: 60_000, capacity: 10 }, (change) => this.watch?.note(change, this.now));
  readonly watch: DowningWatch | undefined;

  constructor() {
    const decide = (view: DowningView) => {
      this.asked.push(view);
      return this.answer;
    };
    for (const number of [1, 2, 3]) this.table.merge(entry(number, "up", number), 0);
    this.watch = new DowningWatch({ name: "asked", decide }, this.table, 0);
  }

  /** Asks now, as node 1. */
  decide(): DowningDecision | undefined {
    return this.watch?.decide(this.member(1), this.member(2), this.now);
  }

  reach(number: number, reachable: boolean): void {
    this.table.setReachability(node(number).id, reachable ? "reachable" : "unreachable");
  }

  member(number: number): Member {
    return this.table.get(node(number).id) as Member;
  }

  /** For how long whom has not been reached, by number. */
  get unreachable(): Record<string, number> {
    const { unreachable = [] } = this.asked.at(-1) ?? {};
    return Object.fromEntries(unreachable.map(({ member, forMs }) => [member.node.host.replace(/^.*\./, ""), forMs]));
  }
}

describe("the watch over who is unreachable", () => {
  it("does not ask the strategy while everybody is reachable, and says so", () => {
    const world = new Watched();
    expect(world.decide()).toEqual({ down: [], because: "No member is unreachable." });
    expect(world.asked).toEqual([]);
  });

  it("tells the strategy who is unreachable and for how long, who asks, and who leads", () => {
    const world = new Watched();
    world.now = 100;
    world.reach(3, false);
    world.now = 350;
    expect(world.decide()).toBe(world.answer);
    expect(world.watch?.last).toBe(world.answer);
    expect(world.unreachable).toEqual({ 3: 250 });
    expect(world.asked[0]).toMatchObject({ isLeader: false, stableForMs: 250 });
    expect(world.asked[0]?.self.node.id).toBe(node(1).id);
    expect(world.asked[0]?.leader?.node.id).toBe(node(2).id);
    expect(world.asked[0]?.membership).toBe(world.table.snapshot);
  });

  it("counts from the moment at which a member became unreachable, whatever becomes of its status meanwhile", () => {
    const world = new Watched();
    world.reach(3, false);
    world.now = 400;
    world.table.merge(entry(3, "leaving", 3), world.now);
    world.now = 500;
    world.decide();
    expect(world.unreachable).toEqual({ 3: 500 });
  });

  it.each<[string, (world: Watched) => void]>([
    ["is reachable again", (world) => world.reach(3, true)],
    ["is down", (world) => world.table.merge(entry(3, "down", 3), world.now)],
    ["is removed", (world) => world.table.merge(entry(3, "removed", 3), world.now)],
  ])("has nothing to ask any more about a member that %s, and begins at zero the next time", (_, end) => {
    const world = new Watched();
    world.reach(3, false);
    world.now = 900;
    end(world);
    world.decide();
    expect(world.asked).toEqual([]);
    world.now = 1_000;
    world.reach(2, false);
    world.reach(3, false);
    world.decide();
    expect(world.unreachable).not.toHaveProperty("3", 1_000);
    expect(world.unreachable).toHaveProperty("2", 0);
  });

  it.each<[string, number, (world: Watched) => void]>([
    ["a member that becomes unreachable", 0, (world) => world.reach(2, false)],
    ["a member that is reachable again", 0, (world) => world.reach(3, true)],
    ["a member that moves on", 0, (world) => world.table.merge(entry(2, "leaving", 2), world.now)],
    ["a new member that is up", 0, (world) => world.table.merge(entry(4, "up", 4), world.now)],
    ["a newcomer that is still joining", 600, (world) => world.table.merge(entry(4, "joining"), world.now)],
    [
      "another leader",
      600,
      (world) => world.watch?.note({ kind: "leadership", from: undefined, to: world.member(2) }, world.now),
    ],
  ])("tells the strategy how long it has been stable: %s", (_, stableForMs, change) => {
    const world = new Watched();
    world.table.merge(entry(5, "up", 5), 0);
    world.reach(5, false);
    world.reach(3, false);
    world.now = 600;
    change(world);
    world.decide();
    expect(world.asked.at(-1)?.stableForMs).toBe(stableForMs);
  });

  it("looks once more after somebody was downed, so that what was said last is over when nobody is unreachable", () => {
    const world = new Watched();
    world.reach(3, false);
    world.answer = { down: [node(3)], because: "it was time" };
    world.decide();
    world.table.merge(entry(3, "down", 3), world.now);
    world.answer = NOBODY;
    expect(world.decide()).toBe(NOBODY);
    expect(world.decide()).toEqual({ down: [], because: "No member is unreachable." });
  });
});
