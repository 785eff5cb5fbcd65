import { isIP } from "node:net";
import { type Clock, DiscoveryError, type Endpoint, isPort, parseEndpoint, type Random } from "@rollcall/core";
import { DNS_PORT } from "./net/resolv-conf.js";
import type { Family } from "./resolve/address-book.js";
import { isDomainName } from "./wire/names.js";

/** What {@link dnsDiscovery} takes. Durations are in milliseconds. */
export interface DnsDiscoveryOptions {
  /**
   * The name to look up. Without `port` its SRV records are the instances: `_rollcall._tcp.orders.example`. With `port`
   * its addresses are: `orders.default.svc.cluster.local`. A dot at the end keeps it out of the search domains.
   */
  readonly name: string;
  /** The port of every instance. Its presence says that the name's addresses are wanted, and not its SRV records. */
  readonly port?: number;
  /**
   * Which addresses to list: `A` (IPv4), `AAAA` (IPv6), or `both`. Of an SRV record's target, too. A node with one of
   * each is listed twice with `both`, which does no harm. Default `both`.
   */
  readonly type?: "A" | "AAAA" | "both";
  /**
   * IP addresses of the name servers to ask, with a port if it is not 53: `10.0.0.53`, `[fd00::53]:5353`. The second is
   * asked when the first is silent or fails, and so on. With them the file `resolvConf` is not read. Default: from there.
   */
  readonly servers?: readonly string[];
  /** Domains in which a name is looked for as well. Default: those of `resolvConf`; with `servers`, none. */
  readonly searchDomains?: readonly string[];
  /**
   * A name with at least so many dots is looked up as it is before the search domains are tried. Default: as
   * `resolvConf` says; with `servers`, 1.
   */
  readonly ndots?: number;
  /** The file that says which servers to ask; read again for every lookup. Default `/etc/resolv.conf`. */
  readonly resolvConf?: string;
  /**
   * Ask by TCP from the start. Costs a connection for every question; for servers that leave out what does not fit a
   * datagram without saying so (Consul's does). Default: as `use-vc` in `resolvConf` says, else `false`.
   */
  readonly preferTcp?: boolean;
  /**
   * How long to wait for an answer before the next server is asked, or the same one again. Doubles with each round. An
   * answer that comes later still counts. Shorter is faster when datagrams get lost, and loads slow servers. Default 500.
   */
  readonly retransmitMs?: number;
  /** How long a lookup may take, with all its questions. Default 3000. */
  readonly timeoutMs?: number;
  /** The soonest poll, however short the times to live are. Default 1000. */
  readonly minPollMs?: number;
  /**
   * The latest poll, however long the times to live are. Shorter finds new nodes sooner only if the server asked is the
   * zone's own: a resolver answers from its cache until the time is over. Default 30,000.
   */
  readonly maxPollMs?: number;
  /** When to poll again if nothing says how long an answer holds (an empty one without SOA record). Default 5000. */
  readonly pollMs?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
}

/** What is used for options that are not given; durations in milliseconds. */
export const DNS_DEFAULTS = Object.freeze({
  type: "both",
  resolvConf: "/etc/resolv.conf",
  retransmitMs: 500,
  timeoutMs: 3000,
  minPollMs: 1000,
  maxPollMs: 30_000,
  pollMs: 5000,
} as const);

type Defaulted = Exclude<keyof typeof DNS_DEFAULTS, "type" | "resolvConf">;

/** Options with the defaults filled in. */
export interface CheckedOptions
  extends Omit<DnsDiscoveryOptions, Defaulted | "servers" | "type">,
    Readonly<Record<Defaulted, number>> {
  readonly servers?: readonly Endpoint[];
  readonly families: readonly Family[];
  readonly resolvConf: string;
}

const FAMILIES = Object.freeze({ A: ["A"], AAAA: ["AAAA"], both: ["A", "AAAA"] } as const);
const DAY_MS = 86_400_000;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option */
export function checkOptions(options: DnsDiscoveryOptions): CheckedOptions {
  const given = Object.fromEntries(Object.entries(Object(options)).filter(([, value]) => value !== undefined));
  const checked = { ...DNS_DEFAULTS, ...given } as DnsDiscoveryOptions &
    Required<Pick<DnsDiscoveryOptions, keyof typeof DNS_DEFAULTS>>;
  const { name, port, type, servers, searchDomains, ndots, preferTcp, resolvConf } = checked;
  const require = (holds: boolean, option: keyof DnsDiscoveryOptions, what: string) => {
    const value = JSON.stringify(given[option]);
    if (!holds) throw new DiscoveryError("INVALID_OPTION", `dnsDiscovery: ${option} must be ${what}, not ${value}.`);
  };
  const isListOf = (value: unknown, isEntry: (entry: unknown) => boolean) =>
    Array.isArray(value) && value.every(isEntry);
  require(isDomainName(name) && isIP(name) === 0, "name", "a name in the DNS (addresses are for @rollcall/static)");
  require(port === undefined || isPort(port), "port", "a whole number from 1 to 65535");
  require(Object.hasOwn(FAMILIES, type), "type", '"A", "AAAA" or "both"');
  require(servers === undefined ||
    (isListOf(servers, (text) => toServer(text) !== undefined) &&
      servers.length > 0), "servers", 'a list of IP addresses such as ["10.0.0.53", "[fd00::53]:5353"]');
  require(searchDomains === undefined || isListOf(searchDomains, isDomainName), "searchDomains", "a list of domains");
  require(ndots === undefined || (Number.isInteger(ndots) && ndots >= 0), "ndots", "a whole number, 0 or more");
  require(preferTcp === undefined || typeof preferTcp === "boolean", "preferTcp", "true or false");
  require(typeof resolvConf === "string" && resolvConf !== "", "resolvConf", "the path of a file");
  for (const option of ["retransmitMs", "timeoutMs", "minPollMs", "maxPollMs", "pollMs"] as const) {
    const value: unknown = checked[option];
    require(typeof value === "number" && value > 0 && value <= DAY_MS, option, `a number above 0, up to ${DAY_MS}`);
  }
  require(checked.minPollMs <= checked.maxPollMs, "minPollMs", `at most maxPollMs (${checked.maxPollMs})`);
  const { servers: _texts, ...others } = checked;
  return {
    ...others,
    families: FAMILIES[type],
    ...(servers === undefined ? {} : { servers: servers.map((text) => toServer(text) as Endpoint) }),
  };
}

/** An IP address with or without a port; undefined when a text is something else. */
function toServer(text: unknown): Endpoint | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const server = parseEndpoint(text, DNS_PORT);
    return isIP(server.host) === 0 ? undefined : server;
  } catch {
    return undefined;
  }
}
