import { describe, expect, it } from "vitest";
import { ack, Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 1000, probesAtOnce: 1, probeTimeoutMs: 300, recheckIntervalMs: 400 };

describe("a member that is unreachable", () => {
  it("is tried again ten times in short intervals, and then once per period", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 0, 2]]]).take();
    machine.runAnswered(20_000, (id) => id === "b");
    const tries = machine.take("ping").filter(({ to }) => to === "a");
    const inFirst = tries.filter(({ at }) => at <= 4000).length;
    expect(inFirst).toBeGreaterThanOrEqual(10);
    expect(tries.length - inFirst).toBeGreaterThanOrEqual(15);
    expect(tries.length - inFirst).toBeLessThanOrEqual(16);
  });

  it("is no longer probed, and does not count against local health", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 0, 2]]]);
    machine.runAnswered(20_000, (id) => id === "b");
    expect(machine.swim.counters).toMatchObject({ failedProbes: 0 });
    expect(machine.swim.localHealth).toBe(0);
    // Everything that was probed was the other one.
    expect(machine.swim.counters.probes).toBeGreaterThanOrEqual(19);
  });

  it("is told no news, which would be lost", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 0, 2]]]);
    machine.run(3000);
    const tries = machine.take("ping").filter(({ to }) => to === "a");
    expect(tries.length).toBeGreaterThanOrEqual(5);
    for (const { message } of tries) expect(message.at(-1)).toEqual([]);
  });

  it("is dialled anew if there is no connection to it, and only then", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 0, 2]]]).run(1000);
    expect(machine.redialled).toEqual([]);
    machine.evidence("a", "connection-lost");
    machine.redialled.length = 0;
    machine.run(1000);
    expect(machine.redialled.length).toBeGreaterThanOrEqual(2);
  });

  it("is reachable as soon as it answers", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 0, 2]]]).take();
    machine.run(400);
    const ping = machine.take("ping").find(({ to }) => to === "a");
    machine.receive("a", ack(ping?.message[1] as number, 1));
    expect(machine.swim.reachability("a")).toBe("reachable");
    machine.take();
    machine.run(300);
    expect(machine.take("ping").filter(({ to }) => to === "a").length).toBeLessThanOrEqual(1);
  });

  it("takes its turn with others: four at a time, however many there are", () => {
    const many = Array.from({ length: 20 }, (_, n) => `m${n}`);
    const machine = new Machine([...many, "b"], { ...OPTIONS, probeIntervalMs: 60_000, checkers: 64 });
    machine.receive("b", [5, many.map((id) => [id, 0, 2] as const)]).take();
    machine.run(400);
    expect(machine.take("ping")).toHaveLength(4);
    machine.run(4 * 400);
    expect(new Set(machine.take("ping").map(({ to }) => to)).size).toBe(16);
  });

  it("is met by a few of many when it comes back", () => {
    const size = 300;
    const others = Array.from({ length: size - 1 }, (_, n) => `m${n}`);
    let pings = 0;
    for (let seed = 1; seed <= size; seed++) {
      const machine = new Machine(others, { ...OPTIONS, probeIntervalMs: 60_000 }, seed);
      machine.receive("m1", [5, [["m0", 0, 2]]]).run(400);
      pings += machine.take("ping").filter(({ to }) => to === "m0").length;
    }
    expect(pings).toBeGreaterThan(0);
    expect(pings).toBeLessThan(20);
  });
});
