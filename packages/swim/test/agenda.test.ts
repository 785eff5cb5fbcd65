import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda, cancel } from "../src/agenda.js";

describe("an agenda", () => {
  it("does what is due, the earliest first, and leaves the rest", () => {
    const agenda = new Agenda();
    const done: number[] = [];
    for (const at of [5, 1, 4, 2, 3]) agenda.add(at, () => done.push(at));
    agenda.runDue(3);
    expect(done).toEqual([1, 2, 3]);
    expect(agenda.nextAt).toBe(4);
  });

  it("does not do what was cancelled, and does not wait for it", () => {
    const agenda = new Agenda();
    const done: string[] = [];
    const first = agenda.add(1, () => done.push("first"));
    agenda.add(2, () => done.push("second"));
    cancel(first);
    cancel(first);
    expect(agenda.nextAt).toBe(2);
    agenda.runDue(9);
    expect(done).toEqual(["second"]);
    expect(agenda.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("does at once what is added for a time that has come while it does something", () => {
    const agenda = new Agenda();
    const done: string[] = [];
    agenda.add(1, () => {
      done.push("outer");
      agenda.add(1, () => done.push("inner"));
      agenda.add(3, () => done.push("later"));
    });
    agenda.runDue(2);
    expect(done).toEqual(["outer", "inner"]);
  });

  it("shows that an appointment is over, whether it was kept or cancelled", () => {
    const agenda = new Agenda();
    const kept = agenda.add(1, () => {});
    const dropped = agenda.add(1, () => {});
    cancel(dropped);
    agenda.runDue(1);
    expect([kept.act, dropped.act]).toEqual([undefined, undefined]);
  });

  it("agrees with sorting, whatever is added and cancelled", () => {
    const appointment = fc.record({ at: fc.integer({ min: 0, max: 50 }), kept: fc.boolean() });
    const property = fc.property(fc.array(appointment), fc.integer({ min: 0, max: 60 }), (appointments, now) => {
      const agenda = new Agenda();
      const done: number[] = [];
      const made = appointments.map(({ at }) => agenda.add(at, () => done.push(at)));
      appointments.forEach(({ kept }, index) => {
        if (!kept) cancel(made[index]);
      });
      const wanted = appointments
        .filter(({ kept }) => kept)
        .map(({ at }) => at)
        .sort((a, b) => a - b);
      agenda.runDue(now);
      expect(done).toEqual(wanted.filter((at) => at <= now));
      expect(agenda.nextAt).toBe(wanted.find((at) => at > now) ?? Number.POSITIVE_INFINITY);
    });
    fc.assert(property);
  });
});
