import { describe, expect, it } from "vitest";
import type { SwimMessage } from "../src/index.js";
import { ack, Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 1000, probesAtOnce: 1, probeTimeoutMs: 300, checkers: 0 };
const FOUR = ["a", "b", "c", "d"];

/** Whom a request is about, and how long there is for an answer. */
const request = (message: SwimMessage) => message.slice(2, 5);
const nack = (sequence: number, refused: 0 | 1 = 0): SwimMessage => [4, sequence, refused, []];

describe("a probe", () => {
  it("is sent to one member per interval, to each once per cycle", () => {
    const machine = new Machine(FOUR, OPTIONS);
    machine.runAnswered(12_000);
    const probed = machine.take("ping").map(({ to }) => to);
    expect(probed).toHaveLength(12);
    for (const cycle of [0, 4, 8]) expect(new Set(probed.slice(cycle, cycle + 4)).size).toBe(4);
    expect(machine.changes).toEqual([]);
  });

  it("that is answered asks nobody else", () => {
    const machine = new Machine(FOUR, OPTIONS);
    machine.runAnswered(20_000);
    expect(machine.take("pingRequest")).toEqual([]);
  });

  it("that is not answered in time is tried through three others, for the rest of the interval", () => {
    const machine = new Machine([...FOUR, "e", "f"], OPTIONS);
    const probe = machine.untilSent("ping");
    const began = machine.now;
    machine.run(299);
    expect(machine.take("pingRequest")).toEqual([]);
    machine.run(1);
    const requests = machine.take("pingRequest");
    expect(machine.now - began).toBeCloseTo(300);
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ to }) => to)).size).toBe(3);
    for (const { to, message } of requests) {
      expect(to).not.toBe(probe.to);
      expect(request(message)).toEqual([probe.to, 700, 0]);
    }
  });

  it("that nobody answers within the interval makes its target suspect", () => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to } = machine.untilSent("ping");
    machine.run(999);
    expect(machine.changes).toEqual([]);
    machine.run(1);
    expect(machine.changes).toEqual([`${to}: reachable → suspect (silent)`]);
    expect(machine.swim.counters.failedProbes).toBe(1);
  });

  it.each([
    ["by its target after the time-out", (sequence: number): SwimMessage => ack(sequence), (to: string) => to],
    [
      "through a helper",
      (sequence: number, to: string): SwimMessage => [3, sequence, to, 0, []],
      (to: string) => FOUR.find((id) => id !== to) as string,
    ],
  ])("that is answered %s has not failed", (_how, message, from) => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to, message: probe } = machine.untilSent("ping");
    machine.run(900).receive(from(to), message(probe[1], to)).run(100);
    expect(machine.changes).toEqual([]);
    expect(machine.swim.counters.failedProbes).toBe(0);
  });

  describe("that only helpers have an answer to", () => {
    function answeredByHelper() {
      const machine = new Machine(FOUR, OPTIONS);
      const { to, message } = machine.untilSent("ping");
      machine.run(300);
      const [{ to: helper } = { to: "" }] = machine.take("pingRequest");
      return { machine, to, sequence: message[1], helped: () => machine.receive(helper, [3, message[1], to, 0, []]) };
    }

    it("shows that the connection to its target is to be replaced", () => {
      const { machine, to, helped } = answeredByHelper();
      helped().run(699);
      expect(machine.renewed).toEqual([]);
      machine.run(1);
      expect(machine.renewed).toEqual([to]);
      expect(machine.swim.counters).toMatchObject({ indirectAnswers: 1, failedProbes: 0 });
    });

    it("does not if the target answers in the same period after all", () => {
      const { machine, to, sequence, helped } = answeredByHelper();
      helped().run(600).receive(to, ack(sequence)).run(100);
      expect(machine.renewed).toEqual([]);
      expect(machine.swim.counters.indirectAnswers).toBe(0);
    });

    it("counts once, however many helpers say so", () => {
      const { machine, to, helped } = answeredByHelper();
      helped();
      helped().run(700);
      expect(machine.renewed).toEqual([to]);
      expect(machine.swim.reachability(to)).toBe("reachable");
    });

    it("is given the whole period, whoever pings this node", () => {
      const { machine, helped } = answeredByHelper();
      helped().run(400).receive("a", [0, 1, 0, 0, 0, []]).run(299);
      expect([machine.take("ping"), machine.renewed]).toEqual([[], []]);
    });

    it("says nothing of a target that is taken out meanwhile", () => {
      const { machine, to, helped } = answeredByHelper();
      helped();
      machine.swim.remove(to, machine.now);
      machine.run(700);
      expect(machine.renewed).toEqual([]);
    });
  });

  it("is not answered by somebody else than its target", () => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to, message } = machine.untilSent("ping");
    const other = FOUR.find((id) => id !== to) as string;
    machine.receive(other, ack(message[1])).run(1000);
    expect(machine.swim.reachability(to)).toBe("suspect");
    expect(machine.swim.counters.lateAnswers).toBe(1);
  });

  it("ends without a word when its target is taken out meanwhile", () => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to } = machine.untilSent("ping");
    machine.swim.remove(to, machine.now);
    machine.take();
    machine.run(1000);
    expect(machine.take("pingRequest")).toEqual([]);
    expect([machine.changes, machine.swim.counters.failedProbes]).toEqual([[], 0]);
  });

  it("tells its target what is believed of it", () => {
    const machine = new Machine(["a", "b"], OPTIONS);
    machine.receive("b", [5, [["a", 3, 1, ["b"]]]]).take();
    const probe = () => machine.untilSent("ping");
    let ping = probe();
    while (ping.to !== "a") ping = probe();
    expect(ping.message.slice(3, 5)).toEqual([3, 1]);
  });

  it("tells nothing of it without the buddy system", () => {
    const machine = new Machine(["a", "b"], { ...OPTIONS, buddy: false });
    machine.receive("b", [5, [["a", 3, 1, ["b"]]]]).take();
    machine.runAnswered(4000);
    for (const { message } of machine.take("ping")) expect(message.slice(3, 5)).toEqual([0, 0]);
  });
});

describe("a period", () => {
  const ping: SwimMessage = [0, 1, 0, 0, 0, []];
  /** A machine that has just pinged somebody; who that is, and how. */
  function probing() {
    const machine = new Machine(FOUR, OPTIONS);
    const probe = machine.untilSent("ping");
    machine.take();
    const answer = () => machine.receive(probe.to, ack(probe.message[1]));
    return { machine, answer };
  }

  it("is over when three quarters of it are, if this node is pinged and so awake anyway", () => {
    const { machine, answer } = probing();
    answer().run(749).receive("a", ping);
    expect(machine.take("ping")).toEqual([]);
    machine.run(1).receive("a", ping);
    expect(machine.take("ping")).toHaveLength(1);
  });

  it("is not cut short while the member that is probed has not answered", () => {
    const { machine } = probing();
    machine.run(900).receive("a", ping);
    expect(machine.take("ping")).toEqual([]);
    machine.run(100);
    expect(machine.take("ping")).toHaveLength(1);
  });

  it("is not cut short by other messages, nor the wait before the first one by any", () => {
    const { machine, answer } = probing();
    answer().run(900).receive("a", ack(4711)).receive("a", [5, []]);
    expect(machine.take("ping")).toEqual([]);
    const fresh = new Machine(FOUR, OPTIONS);
    const firstAt = fresh.swim.nextAt;
    fresh.receive("a", ping);
    expect([fresh.take("ping"), fresh.swim.nextAt]).toEqual([[], firstAt]);
  });
});

describe("probes that are made at once", () => {
  const at = (machine: Machine) => machine.take("ping").map((sent) => [Math.round(sent.at), sent.to] as const);

  it("go to different members, and as much later to others as they are many", () => {
    const machine = new Machine(FOUR, { ...OPTIONS, probesAtOnce: 2 });
    machine.runAnswered(20_000);
    const pings = at(machine);
    for (let index = 0; index + 1 < pings.length; index += 2) {
      const [[one, a], [other, b]] = pings.slice(index, index + 2) as [[number, string], [number, string]];
      expect([other - one, a === b]).toEqual([0, false]);
      if (index > 0) expect(one - (pings[index - 1] as [number, string])[0]).toBe(2000);
    }
    expect(pings.length).toBeGreaterThanOrEqual(18);
  });

  it("are as many as there are members who can be probed", () => {
    const machine = new Machine(["a", "b"], { ...OPTIONS, probesAtOnce: 3 });
    machine.receive("b", [5, [["a", 0, 2]]]).take();
    machine.runAnswered(20_000, (id) => id === "b");
    const toB = at(machine).filter(([, to]) => to === "b");
    expect(toB.length).toBeGreaterThanOrEqual(19);
  });

  it("are each judged when their own period is over, and not when that of all is", () => {
    const machine = new Machine(FOUR, { ...OPTIONS, probesAtOnce: 2 });
    const { to, message } = machine.untilSent("ping");
    machine.receive(to, ack(message[1])).run(999);
    expect(machine.changes).toEqual([]);
    machine.run(1);
    expect(machine.changes).toEqual([expect.stringMatching(/reachable → suspect \(silent\)$/)]);
  });
});

describe("a node in bad health", () => {
  it("probes one at a time, so that it does not see nothing for even longer", () => {
    const machine = new Machine(FOUR, { ...OPTIONS, probesAtOnce: 2, maxLocalHealth: 3, recheckIntervalMs: 600_000 });
    const { sent } = machine.run(60_000);
    const probes = sent.filter(({ message }) => message[0] === 0).map(({ at }) => Math.round(at));
    // The first two are lost, and that is what makes it doubt itself.
    const [first, second, ...later] = [...new Set(probes)];
    expect(probes.filter((at) => at === first)).toHaveLength(2);
    expect((second as number) - (first as number)).toBe(2000);
    for (const at of later) expect(probes.filter((other) => other === at)).toHaveLength(1);
  });
});

describe("a suspicion of this node's own", () => {
  it("is told to the suspected one first", () => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to } = machine.untilSent("ping");
    machine.run(999).take();
    machine.run(1);
    const [first] = machine.take("gossip");
    expect([first?.to, first?.message]).toEqual([to, [5, [[to, 0, 1, ["self"]]]]]);
  });

  it("becomes a verdict when it has lasted, and that is told to it as well", () => {
    const machine = new Machine(FOUR, { ...OPTIONS, suspicionMinMs: 100, suspicionMaxMs: 500 });
    const { to } = machine.untilSent("ping");
    machine.run(1000).take();
    machine.run(501);
    expect(machine.changes.at(-1)).toBe(`${to}: suspect → unreachable (silent)`);
    expect(machine.take("gossip")).toContainEqual({ at: expect.any(Number), to, message: [5, [[to, 0, 2]]] });
    expect(machine.swim.counters.verdicts).toBe(1);
  });
});

describe("local health", () => {
  /** A machine whose probe of somebody has just failed. */
  function failed(helpers: (machine: Machine, sequence: number, ids: readonly string[]) => void): Machine {
    const machine = new Machine(FOUR, OPTIONS);
    const { message } = machine.untilSent("ping");
    machine.take();
    machine.run(300);
    const asked = machine.take("pingRequest").map(({ to }) => to);
    helpers(machine, message[1], asked);
    return machine.run(700);
  }

  it("falls by one when a probe fails though all helpers could be heard", () => {
    const machine = failed((here, sequence, ids) => {
      for (const id of ids) here.receive(id, nack(sequence));
    });
    expect(machine.swim.localHealth).toBe(1);
  });

  it("falls by one more when a helper was silent", () => {
    const machine = failed((here, sequence, [first]) => here.receive(first as string, nack(sequence)));
    expect(machine.swim.localHealth).toBe(2);
  });

  it("makes interval and time-out longer by as much, and recovers by one with each probe that is answered", () => {
    const machine = failed(() => {});
    expect(machine.swim.explain()).toMatchObject({ localHealth: 2, probeIntervalMs: 3000, probeTimeoutMs: 900 });
    const start = machine.now;
    const next = machine.take("ping").at(-1);
    machine.receive(next?.to as string, ack(next?.message[1] as number));
    machine.runAnswered(3000 + 2000 + 1000 + 999);
    const pings = machine.take("ping").map(({ at }) => Math.round(at - start));
    // The period that began with the failure is three times as long, the next twice.
    expect(pings).toEqual([3000, 5000, 6000]);
    expect(machine.swim.localHealth).toBe(0);
  });

  it("makes a probe wait as much longer before others are asked, who then have the rest of the longer interval", () => {
    // Having to refute a suspicion is what makes it doubt itself.
    const machine = new Machine(FOUR, OPTIONS).receive("a", [5, [["self", 0, 1, ["a"]]]]);
    machine.untilSent("ping");
    machine.take();
    machine.run(599);
    expect(machine.take("pingRequest")).toEqual([]);
    machine.run(1);
    expect(machine.take("pingRequest").map(({ message }) => message[3])).toEqual([1400, 1400, 1400]);
  });

  it("does not fall when somebody else suspects the same member: then it is not our fault", () => {
    const machine = new Machine(FOUR, OPTIONS);
    const { to, message } = machine.untilSent("ping");
    machine.take();
    machine.run(300);
    const helpers = machine.take("pingRequest").map((sent) => sent.to);
    for (const id of helpers) machine.receive(id, nack(message[1]));
    machine.receive(helpers[0] as string, [5, [[to, 0, 1, [helpers[0] as string]]]]);
    machine.run(700);
    expect(machine.swim.counters.failedProbes).toBe(1);
    expect(machine.swim.localHealth).toBe(0);
  });

  it("rises again when somebody comes to share a suspicion of ours, but once", () => {
    const machine = failed(() => {});
    const [suspected] = machine.swim.explain().doubts;
    const [x, y] = FOUR.filter((id) => id !== suspected?.id) as [string, string];
    machine.receive(x, [5, [[suspected?.id as string, 0, 1, [x]]]]);
    machine.receive(y, [5, [[suspected?.id as string, 0, 1, [y]]]]);
    expect(machine.swim.localHealth).toBe(1);
  });

  it("stays as it is when it is switched off", () => {
    const machine = new Machine(FOUR, { ...OPTIONS, maxLocalHealth: 0 });
    machine.run(20_000);
    expect(machine.swim.counters.failedProbes).toBeGreaterThan(0);
    expect(machine.swim.explain()).toMatchObject({ localHealth: 0, probeIntervalMs: 1000 });
  });

  it("gets no worse than its limit", () => {
    const machine = new Machine(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"], {
      ...OPTIONS,
      suspicionMinMs: 1e6,
      suspicionMaxMs: 1e6,
    });
    machine.run(200_000);
    expect(machine.swim.localHealth).toBe(8);
  });
});
