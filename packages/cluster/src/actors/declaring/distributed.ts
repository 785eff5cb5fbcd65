import type { AnyActor, MethodsOf } from "./actor-types.js";
import type { StandardSchema } from "./standard-schema.js";
import { MARK } from "./symbols.js";

export interface DistributedOptions {
  /** A schema for each parameter; a call that does not fit fails with `INVALID_ARGUMENTS`. Default: nothing is checked. */
  readonly parameters?: readonly StandardSchema[] | undefined;
}

/**
 * Marks a method of an actor as one that can be called from other nodes. A standard decorator, not one of
 * `experimentalDecorators`; without a compiler for them use `DistributedActor.with`. A method whose name is not in the
 * class's type parameter does not compile.
 */
export function distributed(options: DistributedOptions = {}) {
  return <This extends AnyActor, Name extends MethodsOf<This>>(
    method: (this: This, ...args: never[]) => unknown,
    _context: ClassMethodDecoratorContext<This> & { readonly name: Name; readonly static: false },
  ): void => {
    Object.defineProperty(method, MARK, { value: options });
  };
}
