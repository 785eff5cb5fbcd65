import { type Clock, DiscoveryError, formatEndpoint, parseEndpoint, type Random } from "@rollcall/core";
import { isAuth, type NatsAuth } from "./bus/auth.js";
import { isTls, type NatsTls, TLS_TEXTS } from "./bus/tls.js";
import type { NatsClient } from "./client.js";
import { MAX_TTL_MS } from "./wire/messages.js";
import { isSubjectPart } from "./wire/subjects.js";

/** What {@link natsDiscovery} takes. Durations are in milliseconds. */
export interface NatsDiscoveryOptions {
  /**
   * What the instances offer, such as `orders`: all nodes of one system use the same. Letters, digits, `-` and `_`, in
   * words with dots between them.
   */
  readonly service: string;
  /** What all subjects begin with, as {@link service}. Another prefix is another world. Default `rollcall`. */
  readonly prefix?: string;
  /**
   * NATS servers as `host:port` (port 4222 if there is none). Tried in random order until one takes us; name several of
   * a cluster, so that one that is down does not matter. Those that the cluster tells of are tried after these. Default
   * `127.0.0.1:4222`.
   */
  readonly servers?: string | readonly string[];
  /** Who we are, to the server. Read again for each connection. Default: nobody. */
  readonly auth?: NatsAuth;
  /**
   * Insists on TLS, and says whom to trust and who we are. `{}` trusts whom Node.js trusts. Default: TLS if the server
   * offers it.
   */
  readonly tls?: NatsTls;
  /**
   * A connection of the program's own (what `connect` of `@nats-io/transport-node` gives), to use instead of making
   * some. It is not closed; what is subscribed is unsubscribed. Excludes `servers`, `auth` and `tls`.
   */
  readonly client?: NatsClient;
  /**
   * How long others list this instance after they last heard of it: within this time a crashed process vanishes. It says
   * so three times as often. Shorter finds crashes sooner, and costs every node a message from every other node that
   * much more often. At least 300. Default 15,000.
   */
  readonly ttlMs?: number;
  /**
   * How long a lookup gathers answers, and a subscription waits at most before its first listing. Nothing tells when all
   * have answered, except when nobody listens. Longer than the slowest node takes; below 3000, when a lookup times out.
   * Default 1000.
   */
  readonly gatherMs?: number;
  /**
   * A subscription that has been answered gives its first listing when there was no other answer for this long. Who
   * answers later is in the next listing. Default 100.
   */
  readonly settleMs?: number;
  /**
   * How long a server may take to accept a connection, and then to answer (`TIMED_OUT`). With several servers one that
   * hangs costs this much. Default 2000.
   */
  readonly answerTimeoutMs?: number;
  /** At most this many instances are kept; that there are more is reported. Default 4096. */
  readonly maxInstances?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
}

/** What is used for options that are not given. */
export const NATS_DEFAULTS = Object.freeze({
  prefix: "rollcall",
  servers: "127.0.0.1:4222",
  ttlMs: 15_000,
  gatherMs: 1000,
  settleMs: 100,
  answerTimeoutMs: 2000,
  maxInstances: 4096,
});

type Timing = "ttlMs" | "gatherMs" | "settleMs" | "answerTimeoutMs" | "maxInstances";

/** Options with the defaults filled in. */
export type CheckedOptions = Omit<NatsDiscoveryOptions, Timing | "servers" | "prefix"> & {
  readonly [Name in Timing]: number;
} & { readonly prefix: string; readonly servers: readonly string[] };

/** As long as a lookup may take (core's default), so that an empty one is an answer and not a time-out. */
const LOOKUP_MS = 3000;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option, and never with what may be a secret */
export function checkOptions(options: NatsDiscoveryOptions): CheckedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const checked = { ...NATS_DEFAULTS, ...given } as NatsDiscoveryOptions & typeof NATS_DEFAULTS;
  const { auth, tls, client } = checked;
  const require = (holds: boolean, option: string, what: string) => {
    if (!holds) throw new DiscoveryError("INVALID_OPTION", `natsDiscovery: ${option} must be ${what}.`);
  };
  for (const option of ["service", "prefix"] as const) {
    const what = `letters, digits, - and _, in words with dots between, not ${JSON.stringify(checked[option])}`;
    require(isSubjectPart(checked[option]), option, what);
  }
  const between = (option: Timing, low: number, high: number) => {
    const value = checked[option];
    const what = `a number from ${low} to ${high}, not ${JSON.stringify(value)}`;
    require(typeof value === "number" && value >= low && value <= high, option, what);
  };
  between("ttlMs", 300, MAX_TTL_MS);
  between("gatherMs", 1, LOOKUP_MS - 1);
  between("settleMs", 1, LOOKUP_MS - 1);
  between("answerTimeoutMs", 1, MAX_TTL_MS);
  between("maxInstances", 1, 1_000_000);
  for (const option of ["servers", "auth", "tls"] as const) {
    require(client === undefined || given[option] === undefined, option, "left out when client is given");
  }
  require(auth === undefined ||
    isAuth(auth), "auth", "one of { user, pass }, { token }, { nkey }, { creds }, { credsFile }");
  require(tls === undefined || isTls(tls), "tls", `an object with texts for some of ${TLS_TEXTS.join(", ")}`);
  const servers = [checked.servers].flat().map(readServer);
  const what = 'host:port, such as "10.0.0.5:4222", or several of them; a user goes into auth, TLS into tls';
  require(servers.length > 0 && !servers.includes(undefined), "servers", what);
  return { ...checked, servers: servers as string[] };
}

/** `host:port`, if it can be read as a server. Credentials in it would be ignored by the client, so they are refused. */
function readServer(server: unknown): string | undefined {
  try {
    return formatEndpoint(parseEndpoint(String(server).replace(/^nats:\/\//, ""), 4222));
  } catch {
    return undefined;
  }
}
