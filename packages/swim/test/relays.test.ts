import { describe, expect, it } from "vitest";
import type { SwimMessage } from "../src/index.js";
import { ack, Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 60_000, probeTimeoutMs: 300, checkers: 0 };

/** "Ping `target` for me", as number 77, within a second. */
const request = (target: string, dial: 0 | 1 = 0, withinMs = 1000): SwimMessage => [2, 77, target, withinMs, dial, []];

function asked(): { machine: Machine; sequence: number } {
  const machine = new Machine(["a", "b", "c"], OPTIONS);
  machine.receive("a", request("b"));
  const [ping] = machine.take("ping");
  expect(ping?.to).toBe("b");
  return { machine, sequence: ping?.message[1] as number };
}

describe("a node that is asked to ping somebody", () => {
  it("pings him, and passes his ack on with his incarnation", () => {
    const { machine, sequence } = asked();
    machine.run(100).receive("b", ack(sequence, 4));
    expect(machine.take("indirectAck").map(({ to, message }) => [to, message.slice(0, 4)])).toEqual([
      ["a", [3, 77, "b", 4]],
    ]);
  });

  it("sends a nack when four fifths of the time are over, and an ack that comes later all the same", () => {
    const { machine, sequence } = asked();
    machine.run(799);
    expect(machine.take()).toEqual([]);
    machine.run(1);
    expect(machine.take().map(({ to, message }) => [to, message])).toEqual([["a", [4, 77, 0, []]]]);
    machine.run(150).receive("b", ack(sequence));
    expect(machine.take("indirectAck")).toHaveLength(1);
  });

  it("no longer cares when the time is over", () => {
    const { machine, sequence } = asked();
    machine.run(1000).take();
    machine.receive("b", ack(sequence));
    expect(machine.take("indirectAck")).toEqual([]);
    expect(machine.swim.counters.lateAnswers).toBe(1);
  });

  it("tells with its nack what the asker may not know of the member", () => {
    const machine = new Machine(["a", "b", "c"], OPTIONS);
    machine.receive("c", [5, [["b", 2, 2]]]).take();
    machine.receive("a", request("b")).run(800);
    expect(machine.take("nack").map(({ message }) => message)).toEqual([[4, 77, 0, [["b", 2, 2]]]]);
  });

  it("answers at once if it is asked for itself, or for somebody it does not know", () => {
    const machine = new Machine(["a"], OPTIONS);
    machine.receive("a", request("self")).receive("a", request("nobody"));
    expect(machine.take().map(({ message }) => message)).toEqual([
      [3, 77, "self", 0, []],
      [4, 77, 0, []],
    ]);
  });

  it("takes on so many at a time and no more, and counts what it refuses", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    for (let times = 0; times < 200; times++) machine.receive("a", request("b"));
    expect(machine.take("nack")).toHaveLength(72);
    expect(machine.swim.counters.refusedRequests).toBe(72);
    machine.run(1000).take();
    machine.receive("a", request("b"));
    expect(machine.take("ping")).toHaveLength(1);
  });

  it("waits a minute at most, whatever is asked for", () => {
    const machine = new Machine(["a", "b"], { ...OPTIONS, probeIntervalMs: 1e7 });
    machine.receive("a", request("b", 0, 4e9)).take();
    machine.run(60_000);
    expect(machine.take("nack")).toHaveLength(1);
  });

  it("shares a suspicion of that member at once, as it has found out by itself", () => {
    const machine = new Machine(["a", "b", "c", "d"], { ...OPTIONS, checkers: 8 });
    machine.receive("a", request("b")).run(800).take();
    machine.run(150).receive("a", [5, [["b", 0, 1, ["a"]]]]);
    expect(machine.swim.explain().doubts).toMatchObject([{ id: "b", suspectedBy: ["a", "self"] }]);
  });

  it("does not when that member has refuted a suspicion since", () => {
    const machine = new Machine(["a", "b", "c", "d"], { ...OPTIONS, checkers: 8 });
    machine.receive("a", request("b")).run(800);
    machine.receive("a", [5, [["b", 1, 0]]]).receive("a", [5, [["b", 1, 1, ["a"]]]]);
    expect(machine.swim.explain().doubts).toMatchObject([{ id: "b", suspectedBy: ["a"] }]);
  });

  it("does not when it has heard from that member since", () => {
    const machine = new Machine(["a", "b", "c", "d"], { ...OPTIONS, checkers: 8 });
    machine.receive("a", request("b"));
    const sequence = machine.take("ping")[0]?.message[1] as number;
    machine.run(900).receive("b", ack(sequence));
    machine.receive("a", [5, [["b", 0, 1, ["a"]]]]);
    expect(machine.swim.explain().doubts).toMatchObject([{ id: "b", suspectedBy: ["a"] }]);
  });
});
