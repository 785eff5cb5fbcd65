import { describe, expect, it } from "vitest";
import type { SwimMessage } from "../src/index.js";
import { Machine } from "./support/machine.js";

const OPTIONS = { probeIntervalMs: 60_000, probeTimeoutMs: 300, refusalPatienceMs: 10, recheckIntervalMs: 200 };
const FIVE = ["a", "b", "c", "d"];

const nack = (sequence: number, refused: 0 | 1): SwimMessage => [4, sequence, refused, []];
const indirectAck = (sequence: number, target: string): SwimMessage => [3, sequence, target, 0, []];

/** What somebody sends who was refused a connection to a member. */
const asks = (target: string): SwimMessage => [2, 77, target, 300, 1, []];

/** Whose connection to `a` is gone and whose next attempt was refused; with whom it asked, and under which number. */
function refused(machine: Machine): { asked: string[]; sequence: number } {
  machine.evidence("a", "connection-lost").evidence("a", "refused");
  const requests = machine.take("pingRequest");
  return { asked: requests.map(({ to }) => to), sequence: requests[0]?.message[1] as number };
}

describe("a lost connection", () => {
  it("is dialled again at once, and is no reason to think anything", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost");
    expect(machine.redialled).toEqual(["a"]);
    machine.runAnswered(50_000);
    expect(machine.changes).toEqual([]);
    expect(machine.take("pingRequest")).toEqual([]);
  });

  it("to somebody who is no member is nothing to us", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("stranger", "connection-lost").evidence("stranger", "refused");
    expect([machine.redialled, machine.take()]).toEqual([[], []]);
  });
});

describe("a refused connection", () => {
  it("makes us ask three others, who are to dial as well", () => {
    const machine = new Machine(FIVE, OPTIONS);
    machine.evidence("a", "connection-lost").evidence("a", "refused");
    const requests = machine.take("pingRequest");
    expect(requests.map(({ to }) => to).sort()).toEqual(["b", "c", "d"]);
    for (const { message } of requests) expect(message.slice(2, 5)).toEqual(["a", 300, 1]);
    expect(machine.changes).toEqual([]);
  });

  it("is a verdict at once when all others answer, and one of them was refused, too", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    for (const id of asked) machine.receive(id, nack(sequence, id === asked[0] ? 1 : 0));
    expect(machine.changes).toEqual(["a: reachable → unreachable (refused)"]);
    // Which everybody is told in the same step.
    const told = machine.take("gossip");
    expect(told.length).toBe(3);
    for (const { message } of told) expect(message.at(-1)).toEqual([["a", 0, 2]]);
  });

  it("is a verdict soon after one agrees, when the others say nothing", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    machine
      .run(50)
      .receive(asked[0] as string, nack(sequence, 1))
      .run(9);
    expect(machine.changes).toEqual([]);
    machine.run(2);
    expect(machine.changes).toEqual(["a: reachable → unreachable (refused)"]);
  });

  it("is a verdict as soon as all others ask the same, without their answers", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked } = refused(machine);
    for (const id of asked) {
      expect(machine.changes).toEqual([]);
      machine.receive(id, asks("a"));
    }
    expect(machine.changes).toEqual(["a: reachable → unreachable (refused)"]);
  });

  it("is one at once, and asked of nobody, when all others have asked the same before", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost");
    for (const id of ["b", "c", "d"]) machine.receive(id, asks("a"));
    machine.take();
    expect(machine.evidence("a", "refused").changes).toEqual(["a: reachable → unreachable (refused)"]);
    expect(machine.take("pingRequest")).toEqual([]);
  });

  it("is asked only of those who have not asked the same, and those have their time to answer", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost").receive("b", asks("a"));
    machine.take();
    const { asked, sequence } = refused(machine);
    expect(asked.toSorted()).toEqual(["c", "d"]);
    // Nobody has answered yet: how long that takes is not known.
    machine.receive("c", asks("a")).run(200);
    expect(machine.changes).toEqual([]);
    machine.receive("d", indirectAck(sequence, "a")).run(10_000);
    expect(machine.changes).toEqual([]);
  });

  it("is no verdict because others ask about the member for another reason", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked } = refused(machine);
    for (const id of asked) machine.receive(id, [2, 77, "a", 300, 0, []]);
    expect(machine.changes).toEqual([]);
  });

  it("is no verdict when one of those who were asked has heard from the member, whoever agrees", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    machine.receive(asked[0] as string, nack(sequence, 1));
    machine.receive(asked[1] as string, nack(sequence, 1));
    machine.receive(asked[2] as string, indirectAck(sequence, "a")).run(10_000);
    expect(machine.changes).toEqual([]);
  });

  it("is no verdict when nobody agrees, only a suspicion; and is looked into again", () => {
    const machine = new Machine(FIVE, { ...OPTIONS, suspicionMinMs: 10_000, suspicionMaxMs: 10_000 });
    const { asked, sequence } = refused(machine);
    for (const id of asked) machine.receive(id, nack(sequence, 0));
    expect(machine.changes).toEqual(["a: reachable → suspect (silent)"]);
    machine.redialled.length = 0;
    machine.run(200);
    expect(machine.redialled).toEqual(["a"]);
    machine.take();
    machine.evidence("a", "refused");
    expect(machine.take("pingRequest")).toHaveLength(3);
  });

  it("is no verdict when the connection is there again in the meantime", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    machine.receive(asked[0] as string, nack(sequence, 1));
    machine.evidence("a", "connected").run(1000);
    expect(machine.changes).toEqual([]);
  });

  it("to us alone is not asked about again for a while, and that is counted", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    machine.receive(asked[0] as string, indirectAck(sequence, "a")).take();
    for (let times = 0; times < 5; times++) machine.run(100).evidence("a", "refused");
    expect(machine.take("pingRequest")).toEqual([]);
    expect(machine.swim.counters.skippedInquiries).toBe(5);
    machine.run(5000).evidence("a", "refused");
    expect(machine.take("pingRequest")).toHaveLength(3);
  });

  it("is asked about once at a time", () => {
    const machine = new Machine(FIVE, OPTIONS);
    refused(machine);
    machine.evidence("a", "refused");
    expect(machine.take("pingRequest")).toEqual([]);
  });

  it("is not asked of those to whom there is no connection either", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("b", "connection-lost").evidence("c", "connection-lost");
    expect(refused(machine).asked).toEqual(["d"]);
  });

  it("of many members at once is asked about a few at a time", () => {
    const many = Array.from({ length: 40 }, (_, n) => `m${n}`);
    const machine = new Machine(many, { ...OPTIONS, gossipIntervalMs: 200 });
    for (const id of many.slice(0, 20)) machine.evidence(id, "connection-lost").evidence(id, "refused");
    const targets = () => new Set(machine.take("pingRequest").map(({ message }) => message[2]));
    expect(targets().size).toBe(8);
    machine.run(201);
    expect(targets().size).toBe(8);
    machine.run(201);
    expect(targets().size).toBe(4);
  });

  it("is over when the member is taken out", () => {
    const machine = new Machine(FIVE, OPTIONS);
    const { asked, sequence } = refused(machine);
    machine.swim.remove("a", machine.now);
    machine.receive(asked[0] as string, nack(sequence, 1)).run(1000);
    expect(machine.changes).toEqual([]);
  });
});

describe("a refused connection with nobody else to ask", () => {
  const alone = (members: readonly string[] = ["a"]) => {
    const machine = new Machine(members, OPTIONS).evidence("a", "connection-lost");
    machine.redialled.length = 0;
    return machine;
  };

  it("is no verdict by itself, however often it happens within a second", () => {
    const machine = alone();
    for (let times = 0; times < 99; times++) machine.evidence("a", "refused").run(10);
    expect(machine.changes).toEqual([]);
  });

  it("is one after three refusals over a second, to which end it is dialled again", () => {
    const machine = alone();
    const refusedAt: number[] = [];
    for (let times = 0; times < 3; times++) {
      machine.evidence("a", "refused");
      refusedAt.push(machine.now);
      while (machine.redialled.length === 0 && machine.changes.length === 0) machine.run(1);
      machine.redialled.length = 0;
    }
    expect(refusedAt.map(Math.round)).toEqual([0, 500, 1000]);
    expect(machine.changes).toEqual(["a: reachable → unreachable (refused)"]);
  });

  it("counts from the beginning when there was a connection in between", () => {
    const machine = alone();
    machine.evidence("a", "refused").run(600).evidence("a", "refused").run(300);
    machine.evidence("a", "connected").evidence("a", "connection-lost");
    machine.evidence("a", "refused").run(200).evidence("a", "refused").run(200).evidence("a", "refused");
    expect(machine.changes).toEqual([]);
  });

  it("is also that where all others are unreachable", () => {
    const machine = alone(["a", "b"]);
    machine.receive("a", [5, [["b", 0, 2]]]).take();
    machine.evidence("a", "connection-lost").evidence("a", "refused");
    expect(machine.take("pingRequest")).toEqual([]);
  });
});

describe("a refused connection to somebody to whom there is one", () => {
  it("says nothing: it has crossed the one that he made", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost").evidence("a", "connected");
    expect(refusedOnly(machine)).toEqual([]);
  });

  it("says nothing either where he has just spoken", () => {
    const machine = new Machine(FIVE, OPTIONS).receive("a", [0, 1, 0, 0, 0, []]);
    expect(refusedOnly(machine)).toEqual([]);
  });

  it("counts where the last he said came after the connection was lost, as that may have been on its way", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost").receive("a", [0, 1, 0, 0, 0, []]);
    expect(refusedOnly(machine)).toHaveLength(3);
  });

  it("counts where nothing is known of a connection", () => {
    expect(refusedOnly(new Machine(FIVE, OPTIONS))).toHaveLength(3);
  });

  function refusedOnly(machine: Machine) {
    machine.take();
    return machine.evidence("a", "refused").take("pingRequest");
  }
});

describe("another incarnation at the address of a member", () => {
  it("is proof: the member is unreachable at once", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("a", "connection-lost").evidence("a", "replaced");
    expect(machine.changes).toEqual(["a: reachable → unreachable (replaced)"]);
    expect(machine.take("gossip")).toHaveLength(3);
  });
});

describe("a node that is asked about somebody who refuses another", () => {
  const request: SwimMessage = [2, 77, "b", 300, 1, []];
  const answers = (machine: Machine) => machine.take("nack").map(({ to, message }) => [to, ...message.slice(1, 3)]);

  it("says that he refuses it, too, if that has just happened", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("b", "connection-lost").evidence("b", "refused");
    machine.take();
    machine.receive("a", request);
    expect(answers(machine)).toEqual([["a", 77, 1]]);
  });

  it("dials him if it has no connection either, and says so when it is refused", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("b", "connection-lost");
    machine.redialled.length = 0;
    machine.receive("a", request);
    expect(machine.redialled).toEqual(["b"]);
    expect(answers(machine)).toEqual([]);
    machine.evidence("b", "refused");
    expect(answers(machine)).toEqual([["a", 77, 1]]);
  });

  it("does not dial while it has a connection, but says so if it loses that and is refused", () => {
    const machine = new Machine(FIVE, OPTIONS).receive("a", request);
    expect(machine.redialled).toEqual([]);
    machine.run(100).evidence("b", "connection-lost").evidence("b", "refused");
    expect(answers(machine)).toEqual([["a", 77, 1]]);
    machine.run(300);
    expect(answers(machine)).toEqual([]);
  });

  it("pings him again when it gets a connection, as what it sent before may be lost", () => {
    const machine = new Machine(FIVE, OPTIONS).evidence("b", "connection-lost").receive("a", request);
    const sequence = machine.take("ping")[0]?.message[1] as number;
    machine.evidence("b", "connected");
    expect(machine.take("ping").map(({ to, message }) => [to, message[1]])).toEqual([["b", sequence]]);
    machine.receive("b", [1, sequence, 0, []]);
    expect(machine.take("indirectAck")).toHaveLength(1);
  });

  it("does not hold an old refusal against him", () => {
    const machine = new Machine(FIVE, { ...OPTIONS, probeIntervalMs: 500 });
    machine.evidence("b", "connection-lost").evidence("b", "refused").runAnswered(600).take();
    machine.receive("a", request);
    expect(answers(machine)).toEqual([]);
  });
});
