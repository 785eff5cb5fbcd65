import { readFileSync } from "node:fs";
import {
  type ClusterSettings,
  type ClusterSystem,
  type DowningStrategy,
  type DowningView,
  downAll,
  keepMajority,
  keepOldest,
  noDowning,
  staticQuorum,
  timeoutDowning,
  type UniqueNode,
} from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { areUnited, inShort, record, Simulation, seen, statusOf } from "../support/simulation.js";

/** Longer than the most patient strategy takes, the failure detector and its own shutdown included. */
const SETTLED_MS = 60_000;

const downing = (strategy: DowningStrategy) => (settings: ClusterSettings) => {
  settings.downing = strategy;
};

const hostsOf = (numbers: readonly number[]) => numbers.map((number) => `10.0.0.${number}`);

/** Members 1, 2 and so on, each as old as its address is low, and at rest. */
async function formInOrder(world: Simulation, count: number): Promise<ClusterSystem[]> {
  const systems: ClusterSystem[] = await world.form(2);
  for (const [first] = systems; systems.length < count; ) {
    const newcomer = await world.start();
    await world.join([newcomer], first as ClusterSystem);
    systems.push(newcomer);
    await world.united(systems);
  }
  await world.clock.advance(5_000);
  return systems;
}

/** The clusters that are left, as their members see them: `1 2 / 3`, or `nobody`. */
function survivors(systems: readonly ClusterSystem[]): string {
  const left = systems.filter((system) => statusOf(system, system) === "up");
  const clusters = new Set(left.map((system) => seen(system).replaceAll(" up", "").replaceAll(",", "")));
  return [...clusters].join(" / ") || "nobody";
}

describe("the page about downing", () => {
  const page = readFileSync(new URL("../../../../docs/guide/downing.md", import.meta.url), "utf8");
  const table = page.split(/^#+ /m).find((text) => text.startsWith("Which side survives\n")) ?? "";
  const rows = [...table.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].flatMap(([, situation = "", cells = ""]) => {
    const [nodes = "", event] = situation.split(": ");
    // What single nodes do not see, the failure detector finds out through others; see below.
    if (event !== undefined && !/crash/.test(event)) return [];
    const sides = nodes.split(" / ").map((side) => side.split(" ").map(Number));
    const crashed = (event?.match(/\d+/g) ?? []).map(Number);
    return [{ situation, sides, crashed, documented: cells.split(" | ") }];
  });
  const strategies = (members: number) => [
    timeoutDowning(),
    keepMajority(),
    staticQuorum({ size: Math.floor(members / 2) + 1 }),
    keepOldest(),
    downAll(),
  ];

  it("has splits and crashes", () => expect(rows.length).toBeGreaterThan(12));

  it.each(rows)("tells what is left of whole nodes: $situation", async ({ sides, crashed, documented }) => {
    const members = sides.flat().length;
    const left: string[] = [];
    for (const strategy of strategies(members)) {
      await using world = new Simulation({ configure: downing(strategy) });
      const systems = await formInOrder(world, members);
      if (sides.length > 1) world.network.partition(...sides.map(hostsOf));
      for (const number of crashed) world.kill(systems[number - 1] as ClusterSystem);
      await world.clock.advance(SETTLED_MS);
      left.push(survivors(systems.filter((system) => world.isRunning(system))));
    }
    expect(left).toEqual(documented);
  });
});

describe("a network that is open in one direction only", () => {
  it.each([
    ["keepMajority", keepMajority()],
    ["staticQuorum", staticQuorum({ size: 2 })],
    ["keepOldest", keepOldest()],
  ])("costs with %s whoever is alone, heard or unheard", async (_, strategy) => {
    for (const [from, to] of [
      [[1], [2, 3]],
      [[2, 3], [1]],
      [[3], [1, 2]],
      [[1, 2], [3]],
    ] as const) {
      await using world = new Simulation({ configure: downing(strategy) });
      const systems = await formInOrder(world, 3);
      world.network.cut(hostsOf(from), hostsOf(to), "one-way");
      await world.clock.advance(SETTLED_MS);
      expect(survivors(systems)).toBe(from.length === 2 ? from.join(" ") : to.join(" "));
    }
  });

  it("leaves a time-out with those who cannot be told, and ends those who hear that they were downed", async () => {
    const left: string[] = [];
    for (const [from, to] of [
      [[1], [2, 3]],
      [[2, 3], [1]],
    ] as const) {
      await using world = new Simulation({ configure: downing(timeoutDowning()) });
      const systems = await formInOrder(world, 3);
      world.network.cut(hostsOf(from), hostsOf(to), "one-way");
      await world.clock.advance(SETTLED_MS);
      left.push(survivors(systems));
    }
    expect(left).toEqual(["2 3", "1 / 2 3"]);
  });

  it("ends everybody with downAll", async () => {
    await using world = new Simulation({ configure: downing(downAll()) });
    const systems = await formInOrder(world, 3);
    world.network.cut(hostsOf([3]), hostsOf([1, 2]), "one-way");
    await world.clock.advance(SETTLED_MS);
    expect(survivors(systems)).toBe("nobody");
  });

  it("between two of three costs nobody, whatever the strategy", async () => {
    for (const strategy of [timeoutDowning(), keepMajority(), staticQuorum({ size: 2 }), keepOldest(), downAll()]) {
      await using world = new Simulation({ configure: downing(strategy) });
      const systems = await formInOrder(world, 3);
      world.network.cut(hostsOf([1]), hostsOf([3]), "one-way");
      await world.clock.advance(SETTLED_MS);
      expect(survivors(systems)).toBe("1 2 3");
    }
  });
});

describe("a leader that does not know yet which side it is on", () => {
  it("makes nobody up, so that newcomers do not turn the minority into the majority", async () => {
    await using world = new Simulation({ configure: downing(keepMajority()) });
    const systems = await formInOrder(world, 5);
    const [node4, node5] = systems.slice(3) as [ClusterSystem, ClusterSystem];
    world.network.partition(hostsOf([1, 2, 3]), hostsOf([4, 5, 6, 7]));
    const latecomers = await world.startMany(2);
    latecomers.forEach(({ cluster }, at) => {
      // They are given up when they are shut down with the side that they came to.
      cluster.join([node4, node5][at]?.cluster.self as UniqueNode).catch(() => {});
    });
    await world.clock.advance(4_500);
    expect(node4.cluster.membership.withStatus("joining")).toHaveLength(2);
    await world.clock.advance(SETTLED_MS);
    expect(survivors([...systems, ...latecomers])).toBe("1 2 3");
    expect(areUnited(systems.slice(0, 3))).toBe(true);
  });
});

describe("a network with a bridge", () => {
  it("over which all hear of each other costs nobody, whatever the strategy", async () => {
    for (const strategy of [timeoutDowning(), keepMajority(), staticQuorum({ size: 3 }), keepOldest(), downAll()]) {
      await using world = new Simulation({ configure: downing(strategy) });
      const systems = await formInOrder(world, 5);
      world.network.partition(hostsOf([1, 2]), hostsOf([4, 5]));
      await world.clock.advance(SETTLED_MS);
      expect(survivors(systems)).toBe("1 2 3 4 5");
    }
  });
});

describe("a cluster that has no leader because it is below its minimum", () => {
  it("downs nobody, and takes whoever crashed in again when it is started anew", async () => {
    await using world = new Simulation({
      configure: ({ leadership }) => {
        leadership.minimumMembers = 3;
        leadership.keepBelowMinimum = false;
      },
    });
    const [a, b, c] = await world.form(3);
    world.kill(c);
    await world.clock.advance(SETTLED_MS);
    expect([a, b].map(seen)).toEqual(Array(2).fill("1 up, 2 up, 3 up"));
    expect([a, b].map(({ cluster }) => cluster.leader)).toEqual([undefined, undefined]);
    const again = await world.restart(c);
    await world.join([again], b);
    await world.united([a, b, again]);
  });
});

describe("of two nodes of which the leader crashes, the other", () => {
  it("takes over, downs it after a second, and removes it", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const events = record(b);
    world.kill(a);
    await world.united([b]);
    expect(events.map(inShort)).toEqual([
      "snapshot of 2",
      "1: unreachable",
      "leader 1 → 2",
      "1: up → down",
      "1: down → removed",
    ]);
    expect(b.cluster.leader?.node.host).toBe("10.0.0.2");
  });
});

describe("a member that is unreachable", () => {
  it("is downed when the time configured has passed since then, and not before", async () => {
    await using world = new Simulation({ configure: downing(timeoutDowning({ afterMs: 7_000 })) });
    const [a, b, c] = await world.form(3);
    world.kill(c);
    await world.clock.until(() => a.cluster.membership.get(c.cluster.self.id)?.reachability === "unreachable");
    await world.clock.advance(6_990);
    expect([a, b].map((system) => statusOf(c, system))).toEqual(["up", "up"]);
    expect(a.cluster.explain().downing).toEqual({
      strategy: "timeout(7000 ms)",
      because: "The leader, this node, downs members that stay unreachable for 7000 ms.",
    });
    await world.clock.advance(50);
    expect(areUnited([a, b])).toBe(true);
    expect(a.cluster.explain().downing.because).toBe("No member is unreachable.");
  });

  it("and comes back before that stays a member, and has the whole time again when it goes anew", async () => {
    await using world = new Simulation({ configure: downing(timeoutDowning({ afterMs: 5_000 })) });
    const systems = await world.form(3);
    await world.clock.advance(5_000);
    const events = record(systems[0]);
    for (let times = 0; times < 3; times++) {
      world.pause(systems[2], 5_000);
      await world.clock.advance(5_000);
      expect(systems[0].cluster.membership.at({ host: "10.0.0.3", port: 7337 })?.reachability).toBe("unreachable");
      await world.clock.advance(10_000);
    }
    expect(areUnited(systems)).toBe(true);
    expect(events.map(inShort).filter((event) => event === "3: reachable")).toHaveLength(3);
    const because = "No member is unreachable.";
    expect(systems.map(({ cluster }) => cluster.explain().downing.because)).toEqual(Array(3).fill(because));
  });

  it("for good stays a member where nobody is to be downed, and newcomers cannot become up", async () => {
    await using world = new Simulation({ configure: downing(noDowning()) });
    const [a, b, c] = await world.form(3);
    world.kill(c);
    await world.clock.advance(600_000);
    expect([a, b].map(seen)).toEqual(Array(2).fill("1 up, 2 up, 3 up"));
    await world.remove(c, b, [a, b]);
    expect(areUnited([a, b])).toBe(true);
  });
});

describe("a strategy of one's own", () => {
  it("is asked what it sees, and what it says is done, by whoever said it", async () => {
    const views: DowningView[] = [];
    const sparing: DowningStrategy = {
      name: "spare the third",
      decide: (view) => {
        views.push(view);
        const down = view.unreachable.map(({ member }) => member.node).filter(({ host }) => host !== "10.0.0.3");
        return { down, because: "I said so." };
      },
    };
    await using world = new Simulation({ configure: downing(sparing) });
    const [a, b, c, d] = await formInOrder(world, 4);
    expect(views).toEqual([]);
    for (const system of [c, d]) world.kill(system as ClusterSystem);
    const left = [a, b] as ClusterSystem[];
    await world.clock.advance(20_000);
    expect(left.map(seen)).toEqual(Array(2).fill("1 up, 2 up, 3 up"));
    expect(left.map(({ cluster }) => cluster.explain().downing)).toEqual(
      Array(2).fill({ strategy: "spare the third", because: "I said so." }),
    );
    expect(new Set(views.map(({ self }) => self.node.host))).toEqual(new Set(hostsOf([1, 2])));
    await world.remove(c as ClusterSystem, a as ClusterSystem, left);
  });
});

describe("a strategy that fails", () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      "throws",
      () => {
        throw new Error("division by zero");
      },
      /failed, so that nobody is downed: division by zero/,
    ],
    ["gives a promise", async () => ({ down: [], because: "later" }), /it returned no \{ down/],
    ["gives members instead of nodes", () => ({ down: [{}], because: "odd" }), /it returned no \{ down/],
    ["gives no time", () => ({ down: [], because: "odd", reconsiderInMs: Number.NaN }), /it returned no \{ down/],
  ])("as it %s, downs nobody, says why, and stops nothing else", async (_, decide, why) => {
    const errors: string[] = [];
    const odd = { name: "odd", decide } as DowningStrategy;
    await using world = new Simulation({
      configure: (settings) => {
        settings.downing = odd;
        settings.logger = { ...settings.logger, error: (_, message) => errors.push(message) };
      },
    });
    const [a, b, c] = await world.form(3);
    world.kill(c);
    await world.clock.advance(10_000);
    expect([a, b].map(seen)).toEqual(Array(2).fill("1 up, 2 up, 3 up"));
    expect(a.cluster.explain().downing).toEqual({ strategy: "odd", because: expect.stringMatching(why) });
    expect(a.cluster.explain().dropped.undecodableFrames).toBe(0);
    expect(errors).toContain("the downing strategy failed; nobody is downed");
    await world.remove(c, a, [a, b]);
  });
});

describe("whoever a strategy downs", () => {
  it("acts as configured, after the time configured, and ends as downed; the other side goes on", async () => {
    const acted: string[] = [];
    await using world = new Simulation({ configure: downing(keepMajority()) });
    const systems = await formInOrder(world, 4);
    const alone = await world.start({
      configure: ({ onDown, node }) => {
        onDown.delayMs = 500;
        onDown.action = () => acted.push(node.host);
      },
    });
    await world.join([alone], systems[0] as ClusterSystem);
    await world.united([...systems, alone]);
    await world.clock.advance(5_000);
    world.network.partition(hostsOf([1, 2, 3, 4]), hostsOf([5]));
    await world.clock.until(() => statusOf(alone, alone) !== "up", SETTLED_MS);
    expect(acted).toEqual([]);
    await world.clock.advance(499);
    expect(acted).toEqual([]);
    await world.clock.advance(2);
    expect(acted).toEqual(["10.0.0.5"]);
    expect(alone.cluster.explain().situation.code).toBe("DOWN");
    await world.united(systems, SETTLED_MS);
  });

  it("by default shuts down three seconds after it was downed, and says why it ended", async () => {
    await using world = new Simulation({ configure: downing(keepMajority()) });
    const systems = await formInOrder(world, 3);
    const [alone, ...others] = systems as [ClusterSystem, ...ClusterSystem[]];
    world.network.partition(hostsOf([1]), hostsOf([2, 3]));
    await world.clock.until(() => statusOf(alone, alone) !== "up", SETTLED_MS);
    const from = world.clock.now();
    await expect(world.clock.settle(alone.terminated)).resolves.toEqual({ reason: "downed" });
    expect(Math.round(world.clock.now() - from)).toBeGreaterThanOrEqual(3_000);
    // What it sent last cannot leave; it waits for that a second.
    expect(world.clock.now() - from).toBeLessThan(6_000);
    await world.united(others, SETTLED_MS);
  });
});

describe("a member that ends", () => {
  const WAYS: Readonly<Record<string, [(gone: ClusterSystem, other: ClusterSystem) => void, "left" | "downed"]>> = {
    "by leaving": [(gone) => void gone.cluster.leave(), "left"],
    "by shutting down": [(gone) => void gone.shutdown(), "left"],
    "by downing itself": [(gone) => void gone.cluster.down(gone.cluster.self), "downed"],
    "because another downs it": [(gone, other) => void other.cluster.down(gone.cluster.self), "downed"],
  };
  const cases = Object.entries(WAYS).flatMap(([way, [act, reason]]) => [
    { way, act, reason, role: "the leader", at: 0 },
    { way, act, reason, role: "a member that does not lead", at: 2 },
  ]);

  it.each(cases)("$way is told as $reason: $role", async ({ act, reason, at }) => {
    await using world = new Simulation();
    const systems: readonly ClusterSystem[] = await world.form(3);
    const gone = systems[at] as ClusterSystem;
    const others = systems.filter((system) => system !== gone);
    act(gone, others[1] as ClusterSystem);
    await expect(world.clock.settle(gone.terminated)).resolves.toEqual({ reason });
    await world.united(others);
    await world.clock.advance(10_000);
    expect(areUnited(others)).toBe(true);
    expect(others.map(({ cluster }) => cluster.leader?.node.host)).toEqual(
      Array(2).fill(at === 0 ? "10.0.0.2" : "10.0.0.1"),
    );
  });
});
