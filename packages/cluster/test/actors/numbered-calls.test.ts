import { seededRandom } from "@rollcall/testkit";
import { expect, test } from "vitest";
import { NumberedCalls } from "../../src/actors/calls/numbered-calls.js";
import { PendingCall } from "../../src/actors/calls/pending-calls.js";
import { ActorId } from "../../src/actors/declaring/actor-id.js";
import { UniqueNode } from "../../src/node.js";

const TO = new ActorId(new UniqueNode("orders", "10.0.0.1", 7337, "00000000000000aa"), "desk");

function call(number: number): PendingCall {
  return new PendingCall(
    number,
    TO,
    "place",
    () => {},
    () => {},
    { expiresAt: 0 },
  );
}

function numbers(calls: NumberedCalls): number[] {
  return [...calls].map(({ number }) => number);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "whatever is added and taken out, it holds what a map would, in order; seed %i",
  (seed) => {
    const random = seededRandom(seed);
    const calls = new NumberedCalls();
    const model = new Map<number, PendingCall>();
    // Some seeds keep few calls, others more than the ring has slots at first.
    const many = 10 ** (1 + (seed % 3));
    for (let step = 0; step < 5_000; step++) {
      if (model.size < many && random() < 0.6) {
        const added = call(calls.last + 1);
        calls.add(added);
        model.set(added.number, added);
      } else {
        // Mostly one of the oldest, sometimes any, sometimes one that is not there.
        const choice = random();
        const held = [...model.keys()];
        const reach = choice < 0.7 ? Math.min(3, held.length) : held.length;
        const number = choice < 0.9 ? (held[Math.floor(random() * reach)] ?? 0) : step * 7;
        expect(calls.take(number)).toBe(model.get(number));
        model.delete(number);
      }
      expect(calls.size).toBe(model.size);
      if (step % 100 === 0) expect(numbers(calls)).toEqual([...model.keys()]);
    }
    expect(numbers(calls)).toEqual([...model.keys()]);
  },
);

test("a call that all others overtake is kept, and comes first", () => {
  const calls = new NumberedCalls();
  calls.add(call(1));
  for (let number = 2; number < 10_000; number++) {
    calls.add(call(number));
    if (number % 1_000 !== 0) calls.take(number);
  }
  expect(numbers(calls)).toEqual([1, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000]);
  expect(calls.take(1)?.number).toBe(1);
  expect(calls.take(1)).toBeUndefined();
  expect(numbers(calls)[0]).toBe(1_000);
});

test("calls may be taken out while they are gone through", () => {
  const calls = new NumberedCalls();
  for (let number = 1; number <= 500; number++) calls.add(call(number));
  const seen: number[] = [];
  for (const { number } of calls) {
    seen.push(number);
    calls.take(number);
  }
  expect(seen).toHaveLength(500);
  expect(calls.size).toBe(0);
  expect(numbers(calls)).toEqual([]);
});

test("a number that was never given, however large, is of no call", () => {
  const calls = new NumberedCalls();
  calls.add(call(1));
  for (const number of [0, 2, 65, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) expect(calls.take(number)).toBeUndefined();
  expect(calls.size).toBe(1);
});
