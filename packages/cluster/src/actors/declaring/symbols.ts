// Registered symbols, as two copies of this package may be installed.

/** Where an actor keeps what the system gave it. */
export const CONTEXT: unique symbol = Symbol.for("@rollcall/cluster.actorContext") as never;
/** Where a class of actors has what makes the runtime for a system. */
export const RUNTIME: unique symbol = Symbol.for("@rollcall/cluster.actorRuntime") as never;
/** Where a class has the names given to `DistributedActor.with`. */
export const NAMES: unique symbol = Symbol.for("@rollcall/cluster.actorMethods") as never;
/** Where a method has what `@distributed()` says about it. */
export const MARK: unique symbol = Symbol.for("@rollcall/cluster.distributed") as never;
/** Where a reference has whom it calls. */
export const TARGET: unique symbol = Symbol.for("@rollcall/cluster.actorTarget") as never;
/** Where a reference has the options of its calls. */
export const OPTIONS: unique symbol = Symbol.for("@rollcall/cluster.callOptions") as never;
