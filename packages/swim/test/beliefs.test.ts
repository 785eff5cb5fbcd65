import { describe, expect, it } from "vitest";
import type { Status, SwimMessage, Update } from "../src/index.js";
import { Machine } from "./support/machine.js";

const gossip = (...updates: Update[]): SwimMessage => [5, updates];
/** A ping by somebody who believes this of us. */
const ping = (incarnation: number, status: Status, ...updates: Update[]): SwimMessage => [
  0,
  9,
  0,
  incarnation,
  status,
  updates,
];

/** What was last said of a member. */
function lastUpdate(machine: Machine, id: string): Update | undefined {
  const updates = machine.sent.flatMap(({ message }) => message.at(-1) as readonly Update[]);
  return updates.findLast(([about]) => about === id);
}

describe("which belief overrides which", () => {
  const suspect = ["c"];
  it.each<[Update, Update, string]>([
    [["b", 0, 0], ["b", 1, 0], "reachable"],
    [["b", 0, 0], ["b", 0, 1, suspect], "suspect"],
    [["b", 0, 0], ["b", 0, 2], "unreachable"],
    [["b", 5, 0], ["b", 4, 1, suspect], "reachable"],
    [["b", 5, 0], ["b", 4, 2], "reachable"],
    [["b", 5, 0], ["b", 5, 1, suspect], "suspect"],
    [["b", 5, 1, suspect], ["b", 5, 0], "suspect"],
    [["b", 5, 1, suspect], ["b", 6, 0], "reachable"],
    [["b", 5, 1, suspect], ["b", 6, 1, suspect], "suspect"],
    [["b", 5, 1, suspect], ["b", 5, 2], "unreachable"],
    [["b", 5, 1, suspect], ["b", 4, 2], "suspect"],
    [["b", 5, 2], ["b", 5, 0], "unreachable"],
    [["b", 5, 2], ["b", 5, 1, suspect], "unreachable"],
    [["b", 5, 2], ["b", 6, 0], "reachable"],
    [["b", 5, 2], ["b", 6, 1, suspect], "suspect"],
  ])("after %j comes %j, and it is %s", (first, second, expected) => {
    const machine = new Machine(["a", "b", "c"]);
    machine.receive("a", gossip(first)).receive("a", gossip(second));
    expect(machine.swim.reachability("b")).toBe(expected);
    // And the order in which they come makes no difference.
    const other = new Machine(["a", "b", "c"]);
    other.receive("a", gossip(second)).receive("a", gossip(first));
    expect(other.swim.reachability("b")).toBe(expected);
  });

  it("is told to others, but not what others know better", () => {
    const machine = new Machine(["a", "b", "c"]);
    machine.receive("a", gossip(["b", 3, 0]));
    expect(lastUpdate(machine, "b")).toEqual(["b", 3, 0]);
    machine.take();
    machine.receive("a", gossip(["b", 3, 0]));
    expect(machine.take("gossip")).toEqual([]);
  });

  it("is corrected where it was sent from, with a ping's ack or by itself", () => {
    const machine = new Machine(["a", "b", "c"]);
    machine.receive("c", gossip(["b", 3, 0])).take();
    machine.receive("a", gossip(["b", 2, 2]));
    expect(machine.take("gossip").map(({ to, message }) => [to, message])).toEqual([["a", gossip(["b", 3, 0])]]);
    machine.receive("a", ping(0, 0, ["b", 2, 1, ["a"]]));
    expect(machine.take("ack").map(({ message }) => message.at(-1))).toEqual([[["b", 3, 0]]]);
  });

  it("about somebody who is no member is ignored, and counted", () => {
    const machine = new Machine(["a"]);
    machine.receive("a", gossip(["nobody", 0, 2]));
    expect(machine.swim.reachability("nobody")).toBeUndefined();
    expect(machine.swim.counters.unknownMembers).toBe(1);
    expect(machine.take()).toEqual([]);
  });
});

describe("a node that hears that it is suspected", () => {
  it.each<[string, SwimMessage]>([
    ["in news", gossip(["self", 0, 1, ["a"]])],
    ["with a ping", ping(0, 1)],
    ["with a ping, as unreachable", ping(0, 2)],
  ])("%s, refutes that by a higher incarnation, at once, and doubts itself", (_how, message) => {
    const machine = new Machine(["a", "b", "c"]);
    machine.receive("a", message);
    expect(machine.swim.incarnation).toBe(1);
    expect(lastUpdate(machine, "self")).toEqual(["self", 1, 0]);
    expect(machine.take("gossip").length).toBeGreaterThan(0);
    expect(machine.swim.localHealth).toBe(1);
    expect(machine.swim.counters.refutations).toBe(1);
  });

  it("acks with the new incarnation the very ping that told it", () => {
    const machine = new Machine(["a"]);
    machine.receive("a", ping(4, 1));
    expect(machine.take("ack")[0]?.message.slice(0, 3)).toEqual([1, 9, 5]);
  });

  it("refutes each suspicion once", () => {
    const machine = new Machine(["a", "b"]);
    for (const from of ["a", "b", "a"]) machine.receive(from, gossip(["self", 0, 1, [from]]));
    expect(machine.swim.incarnation).toBe(1);
    expect(machine.swim.counters.refutations).toBe(1);
  });

  it("tells whoever sent it that it is out of date, if it has refuted that already", () => {
    const machine = new Machine(["a", "b"]);
    machine.receive("a", gossip(["self", 0, 1, ["a"]])).take();
    machine.receive("b", gossip(["self", 0, 2]));
    expect(machine.take("gossip").map(({ to, message }) => [to, message])).toEqual([["b", gossip(["self", 1, 0])]]);
  });

  it("takes up a higher incarnation that others know, without a word", () => {
    const machine = new Machine(["a"]);
    machine.receive("a", gossip(["self", 7, 0]));
    expect([machine.swim.incarnation, machine.swim.counters.refutations]).toEqual([7, 0]);
  });

  it("cannot be made to overflow its incarnation", () => {
    const machine = new Machine(["a"]);
    machine.receive("a", gossip(["self", 4_294_967_295, 1, ["a"]]));
    expect(machine.swim.incarnation).toBe(0);
  });
});

describe("a suspicion heard of", () => {
  const OPTIONS = { suspicionMinMs: 3000, suspicionMaxMs: 10_000, checkers: 0, probeIntervalMs: 60_000 };

  it.each([
    [1, 10_000],
    [2, 6985],
    [3, 5222],
    [4, 3971],
    [5, 3000],
    [6, 3000],
  ])("by %i members becomes a verdict after %i ms", (count, expected) => {
    const others = ["b", "c", "d", "e", "f", "g", "h"];
    const machine = new Machine(["a", ...others], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, others.slice(0, count)]));
    machine.run(expected - 2);
    expect(machine.swim.reachability("a")).toBe("suspect");
    machine.run(4);
    expect(machine.changes).toEqual(["a: reachable → suspect (told)", "a: suspect → unreachable (silent)"]);
  });

  it("shrinks when others are heard to share it, each counted once", () => {
    const machine = new Machine(["a", "b", "c", "d", "e", "f"], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, ["b"]])).run(2000);
    machine.receive("c", gossip(["a", 0, 1, ["b"]]));
    machine.receive("c", gossip(["a", 0, 1, ["b", "c"]]));
    machine.receive("b", gossip(["a", 0, 1, ["c"]]));
    expect(machine.swim.explain().doubts).toMatchObject([{ id: "a", suspectedBy: ["b", "c"] }]);
    expect(machine.swim.explain().doubts[0]?.unreachableInMs).toBeCloseTo(4985, 0);
    machine.receive("c", gossip(["a", 0, 1, ["d", "e", "f"]]));
    expect(machine.swim.explain().doubts[0]?.unreachableInMs).toBeCloseTo(1000, 0);
    machine.run(1001);
    expect(machine.swim.reachability("a")).toBe("unreachable");
  });

  it("asks for no more confirmations than there are members who could give them", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, ["b"]]));
    expect(machine.swim.explain().doubts[0]?.unreachableInMs).toBe(10_000);
    machine.receive("c", gossip(["a", 0, 1, ["c"]]));
    // Only this node and one more could confirm it; log 2 / log 3 of the way.
    expect(machine.swim.explain().doubts[0]?.unreachableInMs).toBeCloseTo(10_000 - 7000 * (Math.LN2 / Math.log(3)), 0);
  });

  it("is over sooner when those who could confirm it become unreachable, or are taken out", () => {
    const machine = new Machine(["a", "b", "c", "d"], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, ["b", "c"]]));
    const before = machine.swim.explain().doubts[0]?.unreachableInMs as number;
    machine.receive("b", gossip(["d", 0, 2]));
    const after = machine.swim.explain().doubts.find(({ id }) => id === "a")?.unreachableInMs as number;
    expect(after).toBeLessThan(before);
    machine.swim.remove("b", machine.now);
    expect(machine.swim.explain().doubts.find(({ id }) => id === "a")?.unreachableInMs).toBe(3000);
  });

  it("does not become a verdict if it is refuted in time", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, ["b"]])).run(2999);
    machine.receive("a", ping(0, 0, ["a", 1, 0]));
    machine.run(20_000);
    expect(machine.changes).toEqual(["a: reachable → suspect (told)", "a: suspect → reachable (answered)"]);
  });

  it("begins anew with a new incarnation", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", gossip(["a", 0, 1, ["b", "c"]])).run(2000);
    machine.receive("b", gossip(["a", 1, 1, ["b"]]));
    expect(machine.swim.explain().doubts).toMatchObject([{ suspectedBy: ["b"], unreachableInMs: 10_000 }]);
    expect(machine.changes).toEqual(["a: reachable → suspect (told)"]);
  });
});

describe("an ack", () => {
  it("with a higher incarnation makes a member reachable, whatever was believed of it", () => {
    const machine = new Machine(["a", "b"]);
    machine.receive("b", gossip(["a", 0, 2]));
    machine.receive("a", [1, 1, 1, []]);
    expect(machine.swim.reachability("a")).toBe("reachable");
  });

  it("of somebody who does not know what is believed of it makes us tell it at once", () => {
    const machine = new Machine(["a", "b"]);
    machine.receive("b", gossip(["a", 0, 2])).take();
    machine.receive("a", [1, 1, 0, []]);
    expect(machine.take("ping").map(({ to, message }) => [to, message.slice(3, 5)])).toEqual([["a", [0, 2]]]);
  });
});

describe("forgetting a member", () => {
  it("ends what was believed of it, and whatever was planned with it", () => {
    const machine = new Machine(["a", "b", "c"]);
    machine.receive("b", gossip(["a", 0, 1, ["b"]]));
    machine.swim.remove("a", machine.now);
    machine.swim.remove("a", machine.now);
    machine.take();
    machine.runAnswered(20_000);
    expect(machine.sent.every(({ to }) => to !== "a")).toBe(true);
    expect(machine.changes).toEqual(["a: reachable → suspect (told)"]);
    expect(machine.swim.reachability("a")).toBeUndefined();
  });

  it("of everybody leaves nothing to wait for", () => {
    const machine = new Machine(["a", "b"]);
    for (const id of ["a", "b"]) machine.swim.remove(id, 0);
    machine.run(60_000);
    expect(machine.swim.nextAt).toBe(Number.POSITIVE_INFINITY);
    machine.swim.add("c", machine.now);
    expect(machine.swim.nextAt).toBeLessThanOrEqual(machine.now + 500);
  });

  it("leaves a fresh start for whoever is added under its id", () => {
    const machine = new Machine(["a", "b"]);
    machine.receive("b", gossip(["a", 3, 2]));
    machine.swim.remove("a", 0);
    machine.swim.add("a", 0);
    machine.swim.add("a", 0);
    expect(machine.swim.reachability("a")).toBe("reachable");
    expect(machine.swim.explain().members).toBe(2);
  });
});
