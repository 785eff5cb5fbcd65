import { ActorError } from "../actor-error.js";
import type { ActorClass, AnyActor } from "./actor-types.js";
import type { DistributedOptions } from "./distributed.js";
import { type RefShape, refShape } from "./ref-shape.js";
import type { StandardSchema } from "./standard-schema.js";
import { MARK, NAMES } from "./symbols.js";

/** A distributed method of a class. */
export interface Method {
  readonly name: string;
  readonly parameters: readonly StandardSchema[] | undefined;
}

/** What is known of a class of actors. */
export interface MethodTable {
  readonly className: string;
  readonly methods: ReadonlyMap<string, Method>;
  /** What references to its actors look like. */
  readonly shape: RefShape;
  readonly reentrant: boolean;
  /** How many actors of the class have been given a name by number. */
  numbered: number;
}

interface ActorStatics {
  readonly name: string;
  readonly prototype: AnyActor;
  readonly [NAMES]?: readonly string[];
  readonly reentrant?: unknown;
  readonly parameters?: Readonly<Record<string, readonly StandardSchema[] | undefined>>;
}

const TABLES = new WeakMap<object, MethodTable>();

/** What a reference has anyway, and what JavaScript takes for something else. */
const RESERVED: ReadonlySet<string> = new Set([
  "then",
  "constructor",
  "toJSON",
  "toString",
  "onStart",
  "onStop",
  "terminated",
]);

/**
 * The distributed methods of a class, and what goes with them; looked up once a class.
 *
 * @throws ActorError `INVALID_ACTOR` naming class and method if marking and methods do not match
 */
export function methodTable(actor: ActorClass): MethodTable {
  let table = TABLES.get(actor);
  if (table === undefined) {
    table = makeTable(actor as unknown as ActorStatics);
    TABLES.set(actor, table);
  }
  return table;
}

function makeTable(actor: ActorStatics): MethodTable {
  const marks = marksOf(actor.prototype);
  const named = actor[NAMES];
  const names = new Set([...(named ?? []), ...marks.keys()]);
  const fail = (what: string): never => {
    throw new ActorError("INVALID_ACTOR", `${actor.name || "An actor without a name"} ${what}.`);
  };
  if (names.size === 0)
    fail("has no distributed methods: mark them with @distributed(), or extend DistributedActor.with(…)");
  const methods = new Map<string, Method>();
  for (const name of names) {
    if (RESERVED.has(name)) fail(`cannot have a distributed method called ${name}: choose another name`);
    // References name their methods when they are sent.
    if (!/^[\w$]{1,256}$/.test(name))
      fail(`cannot have a distributed method called ${name}: use letters, digits, _ and $`);
    if (named !== undefined && !named.includes(name)) {
      fail(`marks ${name} as distributed, but does not name it in DistributedActor.with(…)`);
    }
    const implementation: unknown = Reflect.get(actor.prototype, name);
    if (typeof implementation !== "function") fail(`says that ${name} is distributed, but has no method of that name`);
    const parameters = marks.get(name)?.parameters ?? actor.parameters?.[name];
    if (parameters !== undefined && !parameters.every(isSchema)) {
      fail(`gives ${name} parameters that are not all Standard Schemas`);
    }
    methods.set(name, { name, parameters });
  }
  for (const name of Object.keys(actor.parameters ?? {})) {
    if (!methods.has(name)) fail(`gives parameters for ${name}, which is not distributed`);
  }
  return {
    className: actor.name || "actor",
    methods,
    shape: refShape([...methods.keys()].sort()),
    reentrant: actor.reentrant === true,
    numbered: 0,
  };
}

/** A method that overrides one that was marked is marked as well. */
function marksOf(prototype: object): Map<string, DistributedOptions> {
  const marks = new Map<string, DistributedOptions>();
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, name) as PropertyDescriptor;
      const mark = typeof value === "function" ? (value[MARK] as DistributedOptions | undefined) : undefined;
      if (mark !== undefined && !marks.has(name)) marks.set(name, mark);
    }
  }
  return marks;
}

function isSchema(value: StandardSchema | undefined): boolean {
  return typeof value?.["~standard"]?.validate === "function";
}
