import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ActorRef, DistributedActor, distributed, type StandardSchema } from "../../src/actors/index.js";
import { Simulation } from "../support/simulation.js";
import { Confused, DecoratedGreeter, PoliteGreeter } from "./support/greeter.decorated.js";
import { Greeter } from "./support/greeter.js";

/** Runs something with a node, which has settled when that has. */
async function alone(run: (simulation: Simulation, system: Awaited<ReturnType<Simulation["start"]>>) => unknown) {
  await using simulation = new Simulation();
  await run(simulation, await simulation.start());
}

describe("a class of actors", () => {
  it("can mark its distributed methods with decorators", () =>
    alone(async (simulation, system) => {
      const greeter = system.spawn(DecoratedGreeter);
      expect(await simulation.clock.settle(greeter.greet("you"))).toBe("Hello, you");
      expect(await simulation.clock.settle(greeter.count())).toBe(1);
      expect("secret" in greeter).toBe(false);
    }));

  it("has those marked that override marked ones", () =>
    alone(async (simulation, system) => {
      const greeter: ActorRef<DecoratedGreeter> = system.spawn(PoliteGreeter);
      expect(await simulation.clock.settle(greeter.greet("you"))).toBe("Hello, you, if I may");
      expect(await simulation.clock.settle(greeter.count())).toBe(1);
    }));

  it.each([
    ["marks a method that it does not name", Confused, /Confused marks bye as distributed, but does not name it/],
    [
      "names a method that it does not have",
      class Forgetful extends (DistributedActor.with("greet") as new () => DistributedActor<never>) {},
      /Forgetful says that greet is distributed, but has no method of that name/,
    ],
    ["has no distributed methods", class Mute extends DistributedActor {}, /Mute has no distributed methods/],
    [
      "has one whose name means something else",
      class Thenable extends (DistributedActor.with("then") as new () => DistributedActor<never>) {
        // biome-ignore lint/suspicious/noThenProperty: that is what is refused
        then(): void {}
      },
      /Thenable cannot have a distributed method called then/,
    ],
    [
      "has one whose name cannot be sent",
      class Odd extends DistributedActor.with("grüße") {
        grüße(): void {}
      },
      /Odd cannot have a distributed method called grüße/,
    ],
    [
      "has parameters for a method that is not distributed",
      class Odd extends DistributedActor.with("greet") {
        static readonly parameters = { great: [] };
        greet(): void {}
      },
      /Odd gives parameters for great, which is not distributed/,
    ],
    [
      "has parameters that are no schemas",
      class Odd extends DistributedActor.with("greet") {
        static readonly parameters = { greet: ["text"] };
        greet(): void {}
      },
      /Odd gives greet parameters that are not all Standard Schemas/,
    ],
  ])("is refused if it %s", (_, actor, why) =>
    alone((_simulation, system) => {
      const wrong = expect.objectContaining({ code: "INVALID_ACTOR", message: expect.stringMatching(why) });
      expect(() => system.spawn(actor as never)).toThrow(wrong);
      expect(() => system.resolve(actor as never, `${system.cluster.self}/x`)).toThrow(wrong);
    }),
  );

  it("has to extend DistributedActor", () =>
    alone((_simulation, system) => {
      // @ts-expect-error: it does not
      expect(() => system.spawn(Map)).toThrow(/Map is no class that extends DistributedActor/);
    }));

  it("is checked by the compiler", () => {
    const check = async (greeter: ActorRef<Greeter>, system: Parameters<Parameters<typeof alone>[0]>[1]) => {
      const text: string = await greeter.greet("you");
      const nothing = await greeter.nothing();
      // @ts-expect-error: what it returns is a promise
      const early: string = greeter.greet("you");
      // @ts-expect-error: it is not distributed
      await greeter.secret();
      // @ts-expect-error: nor is a field of the class
      greeter.release();
      // @ts-expect-error: nor what every actor has
      greeter.context;
      // @ts-expect-error: it takes a text
      await greeter.greet(1);
      // @ts-expect-error: it takes one
      await greeter.greet();
      // @ts-expect-error: a reference is not the actor
      const actor: Greeter = greeter;
      // @ts-expect-error: the constructor takes a text
      system.spawn(Greeter, 1);
      system.spawn({ actor: Greeter, name: "greeter" }, "Hello");
      // @ts-expect-error: the constructor takes a text here as well
      system.spawn({ actor: Greeter }, 1);
      return [text, nothing, early, actor];
    };
    expect(check).toBeTypeOf("function");

    class Named extends DistributedActor.with("greet", "missing") {
      greet(): void {}
    }
    class Hidden extends DistributedActor.with("greet") {
      protected greet(): void {}
    }
    const refused = (system: Parameters<Parameters<typeof alone>[0]>[1]) => {
      // @ts-expect-error: a name without a method
      system.spawn(Named);
      // @ts-expect-error: a method that is not public
      system.spawn(Hidden);
      // @ts-expect-error: nor can they be resolved
      system.resolve(Named, "");
    };
    expect(refused).toBeTypeOf("function");
  });

  it("is checked by the compiler for what it marks", () => {
    const mark = distributed();
    const context = { kind: "method", name: "greet", static: false } as unknown;
    type Context<Name> = ClassMethodDecoratorContext<DecoratedGreeter> & {
      readonly name: Name;
      readonly static: false;
    };
    const marks = () => {
      mark(DecoratedGreeter.prototype.greet, context as Context<"greet">);
      // @ts-expect-error: not among those that the class names
      mark(DecoratedGreeter.prototype.secret, context as Context<"secret">);
    };
    expect(marks).toBeTypeOf("function");
  });
});

/** One of a library that takes its time. */
const slow: StandardSchema<string> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: async (value) =>
      value === "" ? { issues: [{ message: "is empty" }] } : { value: String(value).toUpperCase() },
  },
};

describe("parameters with schemas", () => {
  class Till extends DistributedActor.with("pay", "later") {
    static readonly parameters = {
      pay: [z.object({ cents: z.number().int().positive(), note: z.string().default("none") }), z.string().optional()],
      later: [slow],
    };

    pay(amount: { cents: number; note?: string }, by?: string): string {
      return `${amount.cents} ${amount.note} ${by}`;
    }

    later(value: string): string {
      return value;
    }
  }

  it("let through what fits, as the schemas make it", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const till = a.spawn(Till);
    const remote = b.resolve(Till, String(till));
    for (const ref of [till, remote]) {
      expect(await simulation.clock.settle(ref.pay({ cents: 5 }))).toBe("5 none undefined");
      expect(await simulation.clock.settle(ref.later("a"))).toBe("A");
    }
  });

  it("refuse what does not, with what is wrong and where", async () => {
    await using simulation = new Simulation();
    const [a, b] = await simulation.form(2);
    const till = a.spawn(Till);
    const remote = b.resolve(Till, String(till));
    for (const ref of [till, remote]) {
      const error = await simulation.clock.settle(ref.pay({ cents: -5 }).catch((thrown: unknown) => thrown));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENTS", method: "pay" });
      expect((error as Error).message).toMatch(/Argument 1 of pay .* cents: /);
      const late = await simulation.clock.settle(ref.later("").catch((thrown: unknown) => thrown));
      expect(late).toMatchObject({ code: "INVALID_ARGUMENTS", message: expect.stringContaining("is empty") });
    }
  });
});
