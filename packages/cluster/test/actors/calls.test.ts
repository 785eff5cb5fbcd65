import { describe, expect, it } from "vitest";
import { type ActorRef, actorId, DistributedActor } from "../../src/actors/index.js";
import { Simulation } from "../support/simulation.js";

class Greeter extends DistributedActor.with("greet", "fail", "count", "nothing", "hand", "ask") {
  readonly #greeting: string;
  #calls = 0;

  constructor(greeting = "Hello") {
    super();
    this.#greeting = greeting;
  }

  async greet(name: string): Promise<string> {
    this.#calls++;
    return `${this.#greeting}, ${name}`;
  }

  fail(message: string): never {
    throw new RangeError(message);
  }

  count(): number {
    return this.#calls;
  }

  nothing(): void {}

  hand(): ActorRef<Greeter> {
    return this.context.ref<Greeter>();
  }

  async ask(other: ActorRef<Greeter>, name: string): Promise<string> {
    return await other.greet(name);
  }
}

describe("a call to an actor on another node", () => {
  it("brings back what the method returns", async () => {
    await using simulation = new Simulation();
    const [a, b, c] = await simulation.form(3);
    const local = a.spawn(Greeter, "Hi");
    const remote = b.resolve(Greeter, String(local));
    expect(await simulation.clock.settle(remote.greet("you"))).toBe("Hi, you");
    expect(await simulation.clock.settle(remote.nothing())).toBeUndefined();
    expect(await simulation.clock.settle(remote.count())).toBe(1);
    const error = await simulation.clock.settle(remote.fail("too far").catch((e: unknown) => e));
    expect(error).toMatchObject({ code: "REMOTE_ERROR", remote: { name: "RangeError", message: "too far" } });
    const other = c.spawn(Greeter, "Ciao");
    const there = a.resolve(Greeter, String(other));
    expect(await simulation.clock.settle(remote.ask(b.resolve(Greeter, String(other)), "B"))).toBe("Ciao, B");
    expect(await simulation.clock.settle(there.ask(remote, "C"))).toBe("Hi, C");
    expect(String(actorId(await simulation.clock.settle(remote.hand())))).toBe(String(local));
    expect(await local.greet("me")).toBe("Hi, me");
  });
});
