import { describe, expect, it } from "vitest";
import { ack, Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 1000, probesAtOnce: 1, probeTimeoutMs: 300, stallThresholdMs: 100, checkers: 0 };

/** Blocks its event loop: time passes, and nobody wakes it. */
function stall(machine: Machine, ms: number): void {
  machine.now += ms;
}

describe("a process that has stalled", () => {
  it("notices, and doubts itself by as many steps as it has missed periods", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.untilSent("ping");
    stall(machine, 5000 + 300);
    machine.swim.wake(machine.now);
    expect(machine.swim.counters.stalls).toBe(1);
    expect(machine.swim.localHealth).toBe(5);
  });

  it("notices also when a message comes first", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    const { to, message } = machine.untilSent("ping");
    stall(machine, 5300);
    machine.receive(to, ack(message[1]));
    expect(machine.swim.counters.stalls).toBe(1);
  });

  it("takes no notice of timers that are as late as timers are", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.untilSent("ping");
    stall(machine, 300 + 99);
    machine.swim.wake(machine.now);
    expect(machine.swim.counters.stalls).toBe(0);
    expect(machine.take("pingRequest").length).toBeGreaterThan(0);
  });

  it("does not count the time against an answer that lies in its sockets", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    const { to, message } = machine.untilSent("ping");
    stall(machine, 10_000);
    machine.swim.wake(machine.now);
    expect(machine.take("pingRequest")).toEqual([]);
    expect(machine.changes).toEqual([]);
    machine.receive(to, ack(message[1]));
    machine.run(250);
    expect([machine.changes, machine.swim.counters.failedProbes]).toEqual([[], 0]);
  });

  it("listens for one time-out before it asks anybody, and goes on from where it was", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    const { to } = machine.untilSent("ping");
    machine.take();
    stall(machine, 10_000);
    machine.swim.wake(machine.now);
    machine.run(299);
    expect(machine.take("pingRequest")).toEqual([]);
    machine.run(2);
    expect(machine.take("pingRequest")).toHaveLength(2);
    machine.run(700);
    expect(machine.changes).toEqual([`${to}: reachable → suspect (silent)`]);
  });

  it("does not count it against those it suspects either", () => {
    const machine = new Machine(["a", "b", "c"], { ...OPTIONS, suspicionMinMs: 2000, suspicionMaxMs: 2000 });
    machine.receive("b", [5, [["a", 0, 1, ["b"]]]]);
    machine.runAnswered(500, (id) => id !== "a");
    stall(machine, 60_000);
    machine.swim.wake(machine.now);
    expect(machine.swim.reachability("a")).toBe("suspect");
    // It has had half a second; the rest begins when we have listened.
    machine.runAnswered(1400, (id) => id !== "a");
    expect(machine.swim.reachability("a")).toBe("suspect");
    machine.runAnswered(800, (id) => id !== "a");
    expect(machine.swim.reachability("a")).toBe("unreachable");
  });

  it("is back to the usual pace when its probes are answered again", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    const { to, message } = machine.untilSent("ping");
    stall(machine, 3000);
    machine.swim.wake(machine.now);
    machine.receive(to, ack(message[1]));
    machine.runAnswered(30_000);
    expect(machine.swim.localHealth).toBe(0);
    expect(machine.changes).toEqual([]);
  });
});

describe("whoever wakes a machine when it asks for it", () => {
  it("brings it on, however its times round", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const machine = new Machine(["a", "b"], OPTIONS, seed);
      machine.now = 1 / 3;
      machine.untilSent("ping");
      stall(machine, 1000 / 7 + seed / 11);
      let wakes = 0;
      for (const until = machine.now + 5000; machine.now < until; wakes++) {
        machine.now = Math.max(machine.now, machine.swim.nextAt);
        machine.swim.wake(machine.now);
        expect(wakes).toBeLessThan(1000);
      }
    }
  });
});
