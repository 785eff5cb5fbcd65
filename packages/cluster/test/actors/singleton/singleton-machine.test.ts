import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { expect, test } from "vitest";
import {
  type Legacy,
  SingletonMachine,
  type SingletonMessage,
} from "../../../src/actors/singleton/singleton-machine.js";

const IDS = ["n1", "n2", "n3", "n4"];
const RETRY_MS = 500;

interface Part {
  readonly id: string;
  readonly machine: SingletonMachine;
  /** What the instance was started with, while there is one. */
  instance: { readonly legacy: Legacy | undefined } | undefined;
}

/** Machines that talk to each other over a network that delays, and loses what it is told to. */
class World {
  readonly clock = new VirtualClock();
  readonly parts: readonly Part[];
  loss = 0;
  /** The most instances there ever were at once. */
  most = 0;
  readonly started: (readonly [id: string, value: unknown])[] = [];
  readonly #random;
  readonly #chosen = new Map<string, string | undefined>();

  constructor(seed: number, ids: readonly string[] = IDS) {
    this.#random = seededRandom(seed);
    this.parts = ids.map((id) => this.#part(id));
    const wake = () => {
      for (const { machine } of this.parts) machine.wake(this.clock.now());
      this.clock.schedule(50, wake);
    };
    wake();
  }

  part(id: string): Part {
    return this.parts.find((part) => part.id === id) as Part;
  }

  /** Has these nodes believe that the instance is to be on that one; all of them, unless told. */
  choose(chosen: string | undefined, inTheEyesOf: readonly string[] = IDS): void {
    for (const id of inTheEyesOf) {
      this.#chosen.set(id, chosen);
      this.#review(this.part(id));
    }
  }

  /** A node has gone in the eyes of all others, with what it had. */
  remove(id: string): void {
    const at = this.parts.findIndex((part) => part.id === id);
    (this.parts as Part[]).splice(at, 1);
    for (const part of this.parts) this.#review(part);
  }

  get instances(): string[] {
    return this.parts.filter(({ instance }) => instance !== undefined).map(({ id }) => id);
  }

  #review({ id, machine }: Part): void {
    const others = new Set(this.parts.map((part) => part.id).filter((other) => other !== id));
    machine.review(this.#chosen.get(id), others, this.clock.now());
  }

  #part(id: string): Part {
    const later = (ms: number, act: () => void) => void this.clock.schedule(this.#random() * ms, act);
    const part: Part = {
      id,
      instance: undefined,
      machine: new SingletonMachine({
        selfId: id,
        precedes: (other) => other < id,
        retryMs: RETRY_MS,
        restartMs: 1_000,
        send: (to, message) => {
          if (this.#random() < this.loss) return;
          later(30, () => this.parts.find((other) => other.id === to)?.machine.receive(id, message, this.clock.now()));
        },
        start: (legacy) => {
          part.instance = { legacy };
          this.started.push([id, legacy?.value]);
          this.most = Math.max(this.most, this.instances.length);
          later(20, () => part.machine.started(this.clock.now()));
        },
        stop: () =>
          later(20, () => {
            part.instance = undefined;
            part.machine.stopped(this.started.length, this.clock.now());
          }),
      }),
    };
    return part;
  }
}

test("whoever is chosen starts an instance once all others have said that they have none", async () => {
  const world = new World(1);
  world.choose("n2");
  expect(world.part("n2").machine.phase).toBe("claiming");
  await world.clock.advance(200);
  expect(world.part("n2").machine.phase).toBe("active");
  expect(world.started).toEqual([["n2", undefined]]);
});

test("what the last instance has left is for the next, and for nobody after that", async () => {
  const world = new World(1);
  world.choose("n2");
  await world.clock.advance(1_000);
  world.choose("n3");
  await world.clock.advance(2_000);
  world.choose("n1");
  await world.clock.advance(2_000);
  expect(world.started).toEqual([
    ["n2", undefined],
    ["n3", 1],
    ["n1", 2],
  ]);
});

test("what was left before an instance that crashed is not taken for its own", async () => {
  const world = new World(1);
  world.choose("n2");
  await world.clock.advance(1_000);
  world.choose("n3");
  await world.clock.advance(2_000);
  world.remove("n3");
  world.choose("n1", ["n1", "n2", "n4"]);
  await world.clock.advance(2_000);
  expect(world.started.at(-1)).toEqual(["n1", undefined]);
});

test("who does not answer is asked again, and waited for until it has gone", async () => {
  const world = new World(1);
  world.loss = 1;
  world.choose("n1");
  await world.clock.advance(10_000);
  expect(world.part("n1").machine.missing).toEqual(["n2", "n3", "n4"]);
  for (const id of ["n2", "n3"]) world.remove(id);
  world.loss = 0;
  await world.clock.advance(2 * RETRY_MS);
  expect(world.instances).toEqual(["n1"]);
});

test("who knows of others than a claimant does keeps its word until both know of the same", () => {
  const sent: [to: string, message: SingletonMessage][] = [];
  const machine = new SingletonMachine({
    selfId: "between",
    precedes: (other) => other < "between",
    retryMs: RETRY_MS,
    restartMs: 1_000,
    send: (to, message) => sent.push([to, message]),
    start: () => {},
    stop: () => {},
  });
  const claimant = new SingletonMachine({
    selfId: "a",
    precedes: () => false,
    retryMs: RETRY_MS,
    restartMs: 1_000,
    send: (to, message) => to === "between" && machine.receive("a", message, 0),
    start: () => {},
    stop: () => {},
  });
  // It is a member of two clusters that are about to meet.
  machine.review(undefined, new Set(["a", "b"]), 0);
  claimant.review("a", new Set(["between"]), 0);
  expect(sent).toEqual([]);
  claimant.review("a", new Set(["between", "b"]), 0);
  expect(sent).toMatchObject([["a", { kind: "grant" }]]);
});

test("an instance that stops by itself is followed by another after a pause", async () => {
  const world = new World(1);
  world.choose("n1");
  await world.clock.advance(1_000);
  world.part("n1").machine.stopped(undefined, world.clock.now());
  expect(world.part("n1").machine.phase).toBe("idle");
  await world.clock.advance(2_000);
  expect(world.part("n1").machine.phase).toBe("active");
});

test.each(Array.from({ length: 60 }, (_, seed) => seed))(
  "there are never two, whoever is thought to be chosen by whom, and one when all agree (seed %i)",
  async (seed) => {
    const world = new World(seed);
    const random = seededRandom(`${seed} play`);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    for (let step = 0; step < 150; step++) {
      world.loss = pick([0, 0, 0.3, 0.9]);
      world.choose(
        pick([...IDS, undefined]),
        IDS.filter(() => random() < 0.6),
      );
      await world.clock.advance(random() * pick([5, 50, 1_500]));
    }
    world.loss = 0;
    world.choose("n3");
    await world.clock.advance(20_000);
    expect(world.instances).toEqual(["n3"]);
    expect(world.most).toBe(1);
  },
);
