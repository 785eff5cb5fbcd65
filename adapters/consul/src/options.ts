import { type Clock, DISCOVERY_DEFAULTS, DiscoveryError } from "@rollcall/core";
import type { ConsulClient } from "./client.js";

/** How to reach an agent by HTTPS. Everything is PEM, as text or bytes. */
export interface ConsulTlsOptions {
  /** The authorities that may have signed the agent's certificate. Default: those that Node.js trusts. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  /** Our certificate, for agents that verify clients (`verify_incoming`). Goes with `key`. */
  readonly cert?: string | Buffer;
  /** The private key of `cert`. */
  readonly key?: string | Buffer;
  /** Of the private key, if it is encrypted. */
  readonly passphrase?: string;
  /**
   * The name that the agent's certificate has to be for. Default: the host in `url`. Consul's own certificates are for
   * names such as `server.dc1.consul`.
   */
  readonly servername?: string;
}

/** What {@link consulDiscovery} takes. Durations are in milliseconds. */
export interface ConsulDiscoveryOptions {
  /** The name of the service in Consul: all nodes of one system use the same. */
  readonly service: string;
  /**
   * The agent's HTTP interface, with a path if a proxy wants one. Announcing needs the agent of this machine, which is
   * what checks the instance; looking up works with any. Default `http://127.0.0.1:8500`.
   */
  readonly url?: string;
  /**
   * The ACL token, or a function that gives it, which is asked before each request and so follows rotation. In no error,
   * report or log. Default: none, which for Consul is the anonymous token.
   */
  readonly token?: string | (() => string | PromiseLike<string>);
  /** For `https:` URLs. A function is asked before each connection is made, so that certificates can be replaced. */
  readonly tls?: ConsulTlsOptions | (() => ConsulTlsOptions | PromiseLike<ConsulTlsOptions>);
  /**
   * A client of the package `consul` to use instead of one of our own for each session; `url`, `tls` and `namespace` are
   * then its business, and so are its sockets. It gets a hook that makes it notice answers that are cut off.
   */
  readonly client?: ConsulClient;
  /** List only instances with this tag, or with all of these. Announcements carry them. */
  readonly tag?: string | readonly string[];
  /** List only what this expression matches, such as `Service.Meta.zone == "b"` (Consul's filtering syntax). */
  readonly filter?: string;
  /** Where to look. Announcements are made where the agent is. Default: the agent's. */
  readonly datacenter?: string;
  /** Consul Enterprise: where to look and announce. Default: the token's. */
  readonly namespace?: string;
  /** Consul Enterprise: where to look and announce. Default: the agent's. */
  readonly partition?: string;
  /**
   * Have Consul sort by distance from this node (`_agent` is the agent's). A listing has no order, so this matters only
   * to prepared proxies in between, and it keeps agents from serving the query from their cache.
   */
  readonly near?: string;
  /**
   * `default`: the leader answers. `consistent`: after asking a majority whether it still is the leader; costs a round
   * trip among servers. `stale`: any server answers, also without a leader, and may be behind. Default `default`.
   */
  readonly consistency?: "consistent" | "default" | "stale";
  /**
   * List only instances whose checks all pass, those of their machine included. Without it crashed instances stay listed
   * until Consul deregisters them. Set it to false when instances pass only once they have joined: nobody would be
   * listed before the first. Default true.
   */
  readonly passingOnly?: boolean;
  /**
   * For how long a query may wait for a change; one after the other is under way at all times. Longer means fewer
   * requests. Shorter finds out sooner that an agent has stopped answering: after this, a sixteenth of it that Consul
   * may add, and `timeoutMs`. 1000 to 600,000. Default 50,000, as many proxies cut off what is silent for a minute.
   */
  readonly waitMs?: number;
  /** For how long any other request may take, and a query beyond its waiting. Default 3000. */
  readonly timeoutMs?: number;
  /**
   * How Consul knows that an announced instance is alive. `ttl`: we tell it; a process that is gone or stands still
   * fails within `ttlMs`. `tcp`: the agent connects to it, which also finds a port that cannot be reached. Default `ttl`.
   */
  readonly check?: "tcp" | "ttl";
  /** How long an instance passes after it was last heard of. Only for `check: "ttl"`. Default 15,000. */
  readonly ttlMs?: number;
  /**
   * `ttl`: how often we tell the agent that we are alive; less than half of `ttlMs`. `tcp`: how often it connects. In
   * both cases how soon an agent that has forgotten the instance is noticed. Default 5000.
   */
  readonly checkIntervalMs?: number;
  /**
   * When Consul deregisters an instance whose check has failed for so long: what takes crashed processes out of the
   * registry. At least 60,000 (Consul's minimum); it looks every 30 s. Default 60,000.
   */
  readonly deregisterCriticalServiceAfterMs?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
}

/** What is used for options that are not given; durations in milliseconds. */
export const CONSUL_DEFAULTS = Object.freeze({
  url: "http://127.0.0.1:8500",
  consistency: "default",
  passingOnly: true,
  waitMs: 50_000,
  timeoutMs: DISCOVERY_DEFAULTS.timeoutMs,
  check: "ttl",
  ttlMs: 15_000,
  checkIntervalMs: 5_000,
  deregisterCriticalServiceAfterMs: 60_000,
} as const);

type Defaulted = keyof typeof CONSUL_DEFAULTS;
/** Options with the defaults filled in. */
export type CheckedOptions = Omit<ConsulDiscoveryOptions, Defaulted> &
  Required<Pick<ConsulDiscoveryOptions, Defaulted>>;

const DAY_MS = 86_400_000;
/** Of one timer in Consul. */
const SHORTEST_CHECK_MS = 100;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option and never what a secret one was */
export function checkOptions(options: ConsulDiscoveryOptions): CheckedOptions {
  const { service, token, tls, client, tag } = options;
  const require = (holds: boolean, option: string, what: string) => {
    if (!holds) throw new DiscoveryError("INVALID_OPTION", `consulDiscovery: ${option} must be ${what}.`);
  };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const checked = { ...CONSUL_DEFAULTS, ...given } as CheckedOptions;
  const between = (option: "waitMs" | "timeoutMs" | "ttlMs" | "checkIntervalMs", low: number, high: number) =>
    require(isBetween(checked[option], low, high), option, `a number of milliseconds from ${low} to ${high}`);

  require(isText(service), "service", "the name of a service in Consul");
  require(token === undefined ||
    typeof token === "function" ||
    isToken(token), "token", "a token, or a function that gives one");
  for (const option of ["filter", "datacenter", "namespace", "partition", "near"] as const) {
    require(checked[option] === undefined || isText(checked[option]), option, "a text that is not empty");
  }
  require(tag === undefined ||
    isText(tag) ||
    (Array.isArray(tag) && tag.every(isText)), "tag", "a tag, or a list of tags");
  const url = URL.parse(checked.url);
  require(/^https?:$/.test(url?.protocol ?? ""), "url", 'the URL of an agent, such as "http://127.0.0.1:8500"');
  for (const option of ["url", "tls", "namespace"] as const) {
    require(client === undefined ||
      options[option] === undefined, option, "left out with client: give it to that client");
  }
  require(tls === undefined || url?.protocol === "https:", "url", "an https: URL when tls is given");
  require(tls === undefined || Object(tls) === tls, "tls", "an object, or a function that gives one");
  const { cert, key } = typeof tls === "object" ? tls : {};
  require((cert === undefined) === (key === undefined), "tls", "given both cert and key, or neither");
  require(["default", "consistent", "stale"].includes(
    checked.consistency,
  ), "consistency", '"default", "consistent" or "stale"');
  require(typeof checked.passingOnly === "boolean", "passingOnly", "true or false");
  require(["ttl", "tcp"].includes(checked.check), "check", '"ttl" or "tcp"');
  between("waitMs", 1000, 600_000);
  between("timeoutMs", 1, DAY_MS);
  between("ttlMs", SHORTEST_CHECK_MS, DAY_MS);
  between("checkIntervalMs", 1, checked.check === "tcp" ? DAY_MS : (checked.ttlMs - 1) / 2);
  const minute = isBetween(checked.deregisterCriticalServiceAfterMs, 60_000, 365 * DAY_MS);
  require(minute, "deregisterCriticalServiceAfterMs", "at least 60000 milliseconds, as Consul takes less for a minute");
  return checked;
}

/** Texts that can be sent as a header. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]*$/.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

function isBetween(value: unknown, low: number, high: number): boolean {
  return typeof value === "number" && value >= low && value <= high;
}
