import { type Clock, DiscoveryError, type Random } from "@rollcall/core";

/** A user of etcd, as `etcdctl user add` makes one. */
export interface EtcdUser {
  readonly username: string;
  readonly password: string;
}

/** What Node.js's TLS takes: PEM texts, or Buffers with them. */
export interface EtcdTls {
  /** The authority that issued the servers' certificates. Default: those that Node.js knows. */
  readonly ca?: string | Buffer;
  /** The certificate that this client shows, with `key`. Default: none. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  /** The name that the servers' certificates are for, if it is not the host of the URL. */
  readonly servername?: string;
}

export interface EtcdDiscoveryOptions {
  /** What all nodes of one system use, such as `orders`. Any text without a slash. */
  readonly service: string;
  /** The cluster's members, one is enough: `http://host:port` or `https://host:port`. Default `http://127.0.0.1:2379`. */
  readonly urls?: string | readonly string[];
  /** What comes before the service in every key. Instances are at `<prefix>/<service>/<id>`. Default `rollcall`. */
  readonly prefix?: string;
  /** A function is asked again for each session, so that a password can change. Default: nobody in particular. */
  readonly auth?: EtcdUser | (() => EtcdUser | PromiseLike<EtcdUser>);
  /** For `https` URLs. A function is asked again for each session, so that certificates can be replaced. */
  readonly tls?: EtcdTls | (() => EtcdTls | PromiseLike<EtcdTls>);
  /**
   * Milliseconds after which an instance is gone whose process crashed or cannot reach etcd. Renewed three times as
   * often. Shorter finds crashes sooner, and lets a short outage of etcd take instances out. At least 2000, which is
   * the shortest that etcd grants; whole seconds. Default 15,000.
   */
  readonly ttlMs?: number;
  /**
   * Milliseconds between pings on a connection; one that goes unanswered for `requestTimeoutMs` ends it. Shorter notices
   * a dead connection sooner. Servers cut connections that ping more often than they allow, which is every 5000 unless
   * their `--grpc-keepalive-min-time` says otherwise. At least 1000. Default 10,000.
   */
  readonly keepAliveMs?: number;
  /**
   * Milliseconds between the questions whether a watch, about which there is nothing to tell, is still being served.
   * A server that answers pings may have forgotten a watch. At least 1000. Default 60,000.
   */
  readonly progressMs?: number;
  /** Milliseconds that a server has for an answer before the next one is tried. Default 2000. */
  readonly requestTimeoutMs?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Chooses among the servers, and spreads attempts. Default: the process's own. */
  readonly random?: Random;
}

/** What an option is when it is not given; durations in milliseconds. */
export const ETCD_DEFAULTS = Object.freeze({
  urls: "http://127.0.0.1:2379",
  prefix: "rollcall",
  ttlMs: 15_000,
  keepAliveMs: 10_000,
  progressMs: 60_000,
  requestTimeoutMs: 2_000,
});

export interface CheckedOptions extends Omit<EtcdDiscoveryOptions, keyof typeof ETCD_DEFAULTS> {
  /** Without paths. */
  readonly urls: readonly string[];
  /** With the slash at its end: all instances are below it. */
  readonly folder: string;
  readonly ttlMs: number;
  readonly keepAliveMs: number;
  readonly progressMs: number;
  readonly requestTimeoutMs: number;
}

const DAY_MS = 86_400_000;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option */
export function checkOptions(options: EtcdDiscoveryOptions): CheckedOptions {
  const require = (holds: boolean, option: string, what: string) => {
    if (!holds) throw new DiscoveryError("INVALID_OPTION", `etcdDiscovery: ${option} must be ${what}.`);
  };
  const given = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
  const { service, urls, prefix, auth, tls, ...rest } = { ...ETCD_DEFAULTS, ...given } as EtcdDiscoveryOptions &
    typeof ETCD_DEFAULTS;
  require(isText(service) && !service.includes("/"), "service", "a text without a slash, such as orders");
  const list: readonly string[] = typeof urls === "string" ? [urls] : urls;
  const origins = Array.isArray(list) ? list.map(originOf) : [];
  require(origins.length > 0 &&
    origins.every((origin) => origin !== undefined), "urls", 'URLs such as "https://10.0.0.7:2379", without a path');
  require(isText(prefix) && !prefix.endsWith("/"), "prefix", "a text that does not end with a slash");
  require(auth === undefined ||
    typeof auth === "function" ||
    isUser(auth), "auth", "{ username, password }, or a function that gives that");
  require(tls === undefined || Object(tls) === tls, "tls", "an object, or a function that gives one");
  require(tls === undefined ||
    origins.every((origin) => origin?.startsWith("https:")), "urls", "https URLs, when there is the option tls");
  const between = (option: "ttlMs" | "keepAliveMs" | "progressMs" | "requestTimeoutMs", low: number) => {
    const value = rest[option];
    const holds = typeof value === "number" && value >= low && value <= DAY_MS;
    require(holds, option, `a number of milliseconds from ${low} to ${DAY_MS}`);
  };
  between("ttlMs", 2_000);
  require(rest.ttlMs % 1000 === 0, "ttlMs", "whole seconds in milliseconds, such as 15000");
  between("keepAliveMs", 1_000);
  between("progressMs", 1_000);
  between("requestTimeoutMs", 1);
  return {
    ...{ ...rest, service, folder: `${prefix}/${service}/`, urls: origins as string[] },
    ...(auth === undefined ? {} : { auth }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** @throws DiscoveryError `MISCONFIGURED` when a function gave something else */
export async function currentUser(name: string, auth: CheckedOptions["auth"]): Promise<EtcdUser | undefined> {
  const user = typeof auth === "function" ? await auth() : auth;
  if (user === undefined || isUser(user)) return user;
  const message = `${name}: the function in the option auth gave no { username, password }.`;
  throw new DiscoveryError("MISCONFIGURED", message, { adapter: name });
}

function isUser(value: unknown): value is EtcdUser {
  const { username, password } = Object(value);
  return isText(username) && isText(password);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function originOf(text: unknown): string | undefined {
  const url = isText(text) ? URL.parse(text) : null;
  const { protocol, pathname, search, hash, username, password } = url ?? {};
  if (url === null || (protocol !== "http:" && protocol !== "https:")) return undefined;
  // A password has no place where it may be shown in a message.
  return pathname === "/" && !search && !hash && !username && !password ? url.origin : undefined;
}
