/** What the sources of one package may use. Tests are free: they may import any package and any development tool. */
export interface DependencyRule {
  /** The packages of this workspace it may import, by short name. */
  readonly packages: readonly string[];
  /** Packages from elsewhere, each with the files that may import it. A file is a path below `src`; `*` is all. */
  readonly external?: Readonly<Record<string, readonly string[]>>;
  /** Where `node:` modules may be imported, as files or folders (with a final slash) below `src`; `*` is everywhere. */
  readonly builtins?: readonly string[];
  /**
   * Where clocks, timers and randomness of the process may be touched, as `builtins`. Decisions take them by
   * injection, so that whole clusters run in virtual time as a pure function of one seed.
   */
  readonly nondeterminism?: readonly string[];
}

const EVERYWHERE = ["*"] as const;

/** The container appears where a system is put together and nowhere else. */
const CONTAINER = (...files: string[]) => ({ tsyringe: files, "reflect-metadata": files });

/**
 * Which way dependencies point: adapters → core ← join ← cluster ← tools. A package that is missing here is reported,
 * so that a new one has to say where it stands.
 */
export const DEPENDENCY_RULES: Readonly<Record<string, DependencyRule>> = {
  core: { packages: [], nondeterminism: ["clock.ts", "random.ts"] },
  conformance: { packages: ["core"], builtins: EVERYWHERE, nondeterminism: EVERYWHERE },
  join: { packages: ["core"], external: CONTAINER("tokens.ts", "composition.ts"), nondeterminism: [] },
  swim: { packages: [], nondeterminism: [] },
  cluster: {
    packages: ["core", "join", "swim"],
    // Settings let users register parts of their own in the container.
    // Of cryptography, what sealing takes is a function of its arguments: no I/O, no clock, no randomness.
    builtins: ["transport/", "composition.ts", "handshake/secret-seal.ts"],
    external: {
      ...CONTAINER("tokens.ts", "container-composition.ts", "settings.ts"),
      msgpackr: ["actors/wire/value-codec.ts"],
    },
    // Certificates have dates. Nothing else is told the time of day.
    nondeterminism: ["transport/wall-clock.ts"],
  },
  // Virtual time lets the real event loop go round between two moments.
  testkit: {
    packages: ["core", "conformance", "join", "swim", "cluster"],
    builtins: ["promise-activity.ts"],
    nondeterminism: ["virtual-clock.ts", "promise-activity.ts"],
  },
  management: { packages: ["cluster"], builtins: EVERYWHERE, nondeterminism: EVERYWHERE },
  cli: {
    packages: [
      "core",
      "join",
      "cluster",
      "management",
      "static",
      "mdns",
      "dns",
      "consul",
      "etcd",
      "kubernetes",
      "nats",
    ],
    // Loaded by `rollcall certs` alone.
    external: { "@peculiar/x509": ["certs/authority.ts"], "reflect-metadata": ["certs/authority.ts"] },
    builtins: EVERYWHERE,
    nondeterminism: EVERYWHERE,
  },
  "create-discovery": { packages: [], builtins: EVERYWHERE, nondeterminism: EVERYWHERE },
};

/** An adapter knows core, its own backend's client, and nothing of the rest of Rollcall. */
export const ADAPTER_RULE: DependencyRule = {
  packages: ["core"],
  builtins: EVERYWHERE,
  nondeterminism: EVERYWHERE,
};

/** The backend clients, by adapter. */
export const ADAPTER_CLIENTS: Readonly<Record<string, readonly string[]>> = {
  static: [],
  mdns: ["multicast-dns"],
  dns: ["dns2"],
  consul: ["consul"],
  etcd: [],
  kubernetes: ["yaml"],
  nats: ["@nats-io/transport-node"],
};

/**
 * Packages that are written into our own code when it is built, each from one file of it, and so are dependencies of its
 * development: each brings something along that whoever installs ours should not get.
 */
export const BUNDLED: ReadonlyMap<string, string> = new Map([
  // Has an optional dependency, a native add-on, with a script that runs when it is installed. This file does without.
  ["msgpackr", "index.js"],
]);

/** Globals that are not a function of their arguments. */
export const NONDETERMINISTIC_GLOBALS: ReadonlySet<string> = new Set([
  "AbortSignal.timeout",
  "Date.now",
  "Math.random",
  "crypto.getRandomValues",
  "crypto.randomUUID",
  "new Date",
  "performance.now",
  "process.hrtime",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/** Built-in modules whose whole purpose is one of those. */
export const NONDETERMINISTIC_MODULES: ReadonlySet<string> = new Set(["node:timers", "node:timers/promises"]);

/** Whether a path below `src` is in a list of files, folders and `*`. */
export function listed(path: string, places: readonly string[]): boolean {
  return places.some((place) => place === "*" || place === path || (place.endsWith("/") && path.startsWith(place)));
}
