import { describe, expect, it } from "vitest";
import type { SwimMessage } from "../src/index.js";
import { ack, Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 60_000, probeTimeoutMs: 300, suspicionMinMs: 5000, suspicionMaxMs: 5000 };
const suspicion = (id: string, by = "b"): SwimMessage => [5, [[id, 0, 1, [by]]]];

describe("a node that hears of a suspicion", () => {
  it("sees for itself at once, and shares it if it gets no answer", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", suspicion("a"));
    expect(machine.take("ping").map(({ to }) => to)).toEqual(["a"]);
    machine.run(299);
    expect(machine.swim.explain().doubts[0]?.suspectedBy).toEqual(["b"]);
    machine.run(1);
    expect(machine.swim.explain().doubts[0]?.suspectedBy).toEqual(["b", "self"]);
  });

  it("does not share it if it is answered", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", suspicion("a"));
    const sequence = machine.take("ping")[0]?.message[1] as number;
    machine.receive("a", ack(sequence, 1));
    machine.run(4000);
    expect(machine.swim.reachability("a")).toBe("reachable");
  });

  it("looks once, however often it hears of it", () => {
    const machine = new Machine(["a", "b", "c", "d", "e"], OPTIONS);
    for (const by of ["b", "c", "d"]) machine.receive(by, suspicion("a", by));
    expect(machine.take("ping")).toHaveLength(1);
  });

  it("looks after four at a time and no more, and counts the others", () => {
    const many = Array.from({ length: 8 }, (_, n) => `m${n}`);
    const machine = new Machine([...many, "b"], OPTIONS);
    for (const id of many) machine.receive("b", suspicion(id));
    expect(machine.take("ping")).toHaveLength(4);
    expect(machine.swim.counters.skippedChecks).toBe(4);
  });

  it("leaves it to the usual probes if checks are switched off", () => {
    const machine = new Machine(["a", "b", "c"], { ...OPTIONS, checkers: 0 });
    machine.receive("b", suspicion("a"));
    expect(machine.take("ping")).toEqual([]);
  });

  it("does so with few others in a large cluster", () => {
    const size = 400;
    const others = Array.from({ length: size - 1 }, (_, n) => `m${n}`);
    let checking = 0;
    for (let seed = 1; seed <= size; seed++) {
      const machine = new Machine(others, OPTIONS, seed);
      machine.receive("m1", suspicion("m0", "m1"));
      checking += machine.take("ping").length;
    }
    // 8 on average; more than 20 or none would be odder than one run in ten thousand.
    expect(checking).toBeGreaterThan(0);
    expect(checking).toBeLessThan(20);
  });
});

describe("somebody who is taken for unreachable and speaks", () => {
  it("is told at once what is believed of him", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", [5, [["a", 3, 2]]]).take();
    machine.receive("a", [0, 5, 3, 0, 0, []]);
    expect(machine.take("ping").map(({ to, message }) => [to, message.slice(3, 5)])).toEqual([["a", [3, 2]]]);
    // That he speaks does not show that he hears us.
    expect(machine.swim.reachability("a")).toBe("unreachable");
  });

  it("is asked at a bounded pace, however much he says", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("b", [5, [["a", 3, 2]]]).take();
    for (let times = 0; times < 100; times++) {
      machine.receive("a", [0, 5, 3, 0, 0, []]).run(10);
    }
    expect(machine.take("ping").length).toBeLessThan(10);
  });
});
