/** What an actor runs, by its own name: its methods and hooks. */
export type Behaviour = Record<string, ((...args: readonly unknown[]) => unknown) | undefined>;

/** Something for an actor on this node to handle: a call, from wherever it comes, or news. */
export interface Delivery {
  invoke(actor: Behaviour): unknown;
  succeed(value: unknown): void;
  /** @param thrown what the method threw, whatever that is; or an ActorError of the runtime's own */
  fail(thrown: unknown): void;
}
