import { DistributedActor, distributed } from "../../../src/actors/index.js";

/** The same kind of actor as others, by decorators. Node.js and Vite cannot read them: see `vitest.config.ts`. */
export class DecoratedGreeter extends DistributedActor<"greet" | "count"> {
  #calls = 0;

  @distributed()
  async greet(name: string): Promise<string> {
    this.#calls++;
    return `Hello, ${name}`;
  }

  @distributed()
  count(): number {
    return this.#calls;
  }

  secret(): string {
    return "secret";
  }
}

/** Overrides what is marked, and marks nothing itself. */
export class PoliteGreeter extends DecoratedGreeter {
  override async greet(name: string): Promise<string> {
    return `${await super.greet(name)}, if I may`;
  }
}

/** Marks a method under a name that it does not give to `with`. */
export class Confused extends (DistributedActor.with("greet") as new () => DistributedActor<"greet" | "bye">) {
  greet(): void {}

  @distributed()
  bye(): void {}
}
