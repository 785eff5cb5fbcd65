import type { DowningStrategy, MemberStatus, Reachability, SwimOptions, Termination } from "@rollcall/cluster";

/** The strategies by name, as a test tells a process which one to use. */
export type StrategyName = "timeoutDowning" | "keepMajority" | "staticQuorum" | "keepOldest" | "downAll" | "noDowning";

/** Makes a strategy from its options. */
export type StrategyFactory = (options: object) => DowningStrategy;

/** An adapter as a process makes it: the factory of a package, and its options as JSON. */
export interface AdapterSetup {
  readonly module: string;
  readonly factory: string;
  readonly options: object;
}

/** What a process is told to be, as JSON; what is left out stays as it is by default. */
export interface Setup {
  readonly host?: string;
  readonly port: number;
  readonly bindPort?: number;
  /** Addresses of others. */
  readonly contacts: readonly string[];
  /** How it finds others, and is found, instead of by `contacts`. */
  readonly discovery?: AdapterSetup;
  /** On top of the default preset. */
  readonly failureDetector?: Partial<SwimOptions>;
  readonly downing?: readonly [name: StrategyName, options?: object];
  /** How many have to be there before the first become up. */
  readonly formationOf?: number;
  /** `report`: writes a line and shuts the system down, as a function of the user's would. */
  readonly onDown?: "shutdown" | "report";
  readonly onDownDelayMs?: number;
  /** How long SIGUSR2 stops the event loop, in milliseconds. */
  readonly stallMs?: number;
}

/** A member as a process sees it. */
export interface Seen {
  readonly id: string;
  readonly address: string;
  readonly status: MemberStatus;
  readonly reachability: Reachability;
}

/** Everything that a process sees at one moment. */
export interface View {
  readonly kind: "view";
  /** The machine's monotonic clock, the same in every process, in milliseconds. */
  readonly at: number;
  /** What made it look, as `id down` or `id unreachable`; absent if it was something else. */
  readonly change?: string;
  readonly members: readonly Seen[];
  /** Node id. */
  readonly leader?: string;
  /** Whether it leads itself and knows that the others hold what it holds. */
  readonly leads: boolean;
}

/** The lines that a process writes, as JSON. */
export type Line =
  | { readonly kind: "listening"; readonly address: string; readonly id: string }
  | View
  | { readonly kind: "stalled" }
  | { readonly kind: "on-down" }
  | { readonly kind: "terminated"; readonly reason: Termination["reason"] };
