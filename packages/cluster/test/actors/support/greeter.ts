import { type ActorRef, DistributedActor } from "../../../src/actors/index.js";

/** An actor that does a little of everything. */
export class Greeter extends DistributedActor.with("greet", "nothing", "fail", "echo", "self", "ask", "hold", "heard") {
  /** Lets go of who holds. */
  release: () => void = () => {};
  readonly #greeting: string;
  readonly #heard: unknown[] = [];

  constructor(greeting = "Hello") {
    super();
    this.#greeting = greeting;
  }

  async greet(name: string): Promise<string> {
    this.#heard.push(name);
    return `${this.#greeting}, ${name}`;
  }

  nothing(): void {}

  /** Throws what it is told to make. */
  fail(kind: "error" | "text" | "nothing" | "registered", message: string): never {
    if (kind === "text") throw message;
    if (kind === "nothing") throw undefined;
    if (kind === "registered") throw new OutOfStock(message, 3);
    throw new RangeError(message);
  }

  echo(value: unknown): unknown {
    return value;
  }

  self(): ActorRef<Greeter> {
    return this.context.ref<Greeter>();
  }

  async ask(other: ActorRef<Greeter>, name: string): Promise<string> {
    return await other.greet(name);
  }

  /** Answers when it is released. */
  async hold(name: string): Promise<string> {
    this.#heard.push(name);
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
    return name;
  }

  heard(): unknown[] {
    return this.#heard;
  }

  /** No distributed method. */
  secret(): string {
    return "secret";
  }
}

export class OutOfStock extends Error {
  override readonly name = "OutOfStock";
  readonly left: number;

  constructor(message: string, left: number) {
    super(message);
    this.left = left;
  }
}
