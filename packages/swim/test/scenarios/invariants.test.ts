import { readSwimMessage, SWIM_PRESETS, type SwimMessage } from "@rollcall/swim";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Change, SwimNetwork } from "../support/swim-network.js";

/** Nodes 0 to 2 are those to whom something may happen; nothing ever happens to the others. */
const TROUBLED = 3;
const SIZE = 7;

type Step =
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "pause" | "resume" | "kill" | "refuse"; readonly node: number }
  | { readonly do: "cut" | "break"; readonly node: number; readonly other: number; readonly oneWay: boolean }
  | { readonly do: "heal" };

const troubled = fc.integer({ min: 0, max: TROUBLED - 1 });
const anybody = fc.integer({ min: 0, max: SIZE - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 6000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("pause" as const, "resume" as const, "refuse" as const),
      node: troubled,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), node: troubled }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("cut" as const, "break" as const),
      node: troubled,
      other: anybody,
      oneWay: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("heal" as const) }) },
);

function perform(network: SwimNetwork, what: Step): void {
  switch (what.do) {
    case "wait":
      network.run(what.ms);
      break;
    case "heal":
      mend(network);
      break;
    case "break":
      if (what.node !== what.other) network.breakConnection(what.node, what.other);
      break;
    case "cut":
      if (what.node !== what.other) network.cut([what.node], [what.other], what.oneWay ? "one-way" : "both");
      break;
    case "refuse":
      network.refuse(what.node);
      break;
    case "kill":
      network.kill(what.node);
      break;
    case "pause":
      if (network.node(what.node).state === "running") network.pause(what.node);
      break;
    case "resume":
      if (network.node(what.node).state !== "paused") break;
      network.resume(what.node, what.node === 0 ? "messages" : "timers");
  }
}

function mend(network: SwimNetwork): void {
  network.heal();
  network.accept();
}

/** Looks at everything that is sent and at every change. */
class Watch {
  readonly problems: string[] = [];
  readonly trace: string[] = [];
  readonly #incarnations = new Map<string, number>();

  constructor(network: SwimNetwork) {
    network.onChange = (change) => this.#seeChange(change);
    for (const { id, index, swim } of network.nodes) {
      const receive = swim.receive.bind(swim);
      swim.receive = (from, message, now) => {
        this.#seeMessage(message);
        receive(from, message, now);
        this.#rises(`${id} of itself`, swim.incarnation);
        for (const doubt of swim.explain().doubts) this.#rises(`${index} of ${doubt.id}`, doubt.incarnation);
        if (swim.explain().news > SIZE) this.problems.push(`${id} has more news than there are nodes`);
      };
    }
  }

  #seeChange({ at, because, from, observer, subject, to }: Change): void {
    this.trace.push(`${at} ${observer} ${subject} ${to} ${because}`);
    const nothingHappened = observer >= TROUBLED && subject >= TROUBLED;
    if (nothingHappened && to !== "reachable")
      this.problems.push(`${observer} doubts ${subject}, to whom nothing happened`);
    if (from === to) this.problems.push(`${observer} tells of no change of ${subject}`);
  }

  #seeMessage(message: SwimMessage): void {
    if (readSwimMessage(JSON.parse(JSON.stringify(message))) === undefined) {
      this.problems.push(`not a message: ${JSON.stringify(message)}`);
    }
    if ((message.at(-1) as readonly unknown[]).length > SWIM_PRESETS.lan.maxUpdatesPerMessage) {
      this.problems.push("a message of too many updates");
    }
  }

  #rises(what: string, incarnation: number): void {
    if (incarnation < (this.#incarnations.get(what) ?? 0)) this.problems.push(`the incarnation known to ${what} fell`);
    this.#incarnations.set(what, incarnation);
  }
}

/** Does whatever is to happen to a network, then mends it and lets it settle. */
function play(steps: readonly Step[], seed: number): { network: SwimNetwork; watch: Watch } {
  const network = new SwimNetwork({ size: SIZE, seed });
  const watch = new Watch(network);
  for (const what of steps) perform(network, what);
  mend(network);
  for (const { index, state } of network.nodes) if (state === "paused") network.resume(index);
  network.run(90_000);
  return { network, watch };
}

const story = fc.tuple(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 1e6 }));

describe("whatever happens to three of seven nodes", () => {
  it("incarnations only rise, messages keep to their form and bounds, and nobody else is doubted by anybody else", () => {
    fc.assert(
      fc.property(story, ([steps, seed]) => {
        expect(play(steps, seed).watch.problems).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("once it is over, all who live see all who live as reachable, and none who was killed", () => {
    fc.assert(
      fc.property(story, ([steps, seed]) => {
        const { network } = play(steps, seed);
        const running = network.nodes.filter(({ state }) => state === "running").map(({ index }) => index);
        const views = running.flatMap((observer) =>
          network.nodes.filter(({ index }) => index !== observer).map(({ index }) => [observer, index] as const),
        );
        const wrong = views.filter(
          ([observer, subject]) =>
            network.view(observer, subject) !== (running.includes(subject) ? "reachable" : "unreachable"),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("is a function of the seed", () => {
    fc.assert(
      fc.property(story, ([steps, seed]) => {
        expect(play(steps, seed).watch.trace).toEqual(play(steps, seed).watch.trace);
      }),
      { numRuns: 10 },
    );
  });
});
