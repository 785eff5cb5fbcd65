import { DiscoveryError } from "./discovery-error.js";

/** A host and a port. */
export interface Endpoint {
  /** Host name, IPv4 address, or IPv6 address without brackets (a zone such as `%eth0` may follow). */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
}

const HOST_NAME = /^(?=.{1,253}\.?$)(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*\.?$/;
const IPV4 = /^((25[0-5]|(2[0-4]|1\d|[1-9])?\d)(\.\b|$)){4}$/;
const IPV6 = /^([\da-f:.]+)(%[\w.~-]+)?$/i;
const ENDPOINT = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/;

/**
 * Reads `host:port`, `[v6]:port` or, when `defaultPort` is given, a host alone. Space around it is ignored.
 *
 * @throws DiscoveryError `INVALID_ENDPOINT`, with the offending text in the message
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint {
  const fail = (why: string): never => {
    const what = `${JSON.stringify(text)} is not an endpoint: ${why}; write host:port or [v6]:port.`;
    throw new DiscoveryError("INVALID_ENDPOINT", what);
  };
  const trimmed = text.trim();
  const parts = ENDPOINT.exec(trimmed) ?? (isIPv6(trimmed) && ["", trimmed]);
  if (!parts) return fail("its colons or brackets do not fit");
  const [, v6, name = "", portText = String(defaultPort)] = parts;
  if (!(v6 === undefined ? isHost(name) : isIPv6(v6))) return fail("its host is no name or IP address");
  const port = /^[1-9]\d*$/.test(portText) ? Number(portText) : 0;
  return isPort(port) ? { host: v6 ?? name, port } : fail("it has no port from 1 to 65535");
}

/** `host:port`, with brackets around an IPv6 address. Reads back with {@link parseEndpoint}. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Whether a value can be dialled as a TCP port: a whole number from 1 to 65535. */
export function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;
}

/** Whether a text is a host name (RFC 1123, underscores allowed as DNS does), an IPv4 or an IPv6 address. */
export function isHost(text: string): boolean {
  // Resolvers take a name that ends in a number for an IPv4 address (`10.1` for 10.0.0.1, `0x7f.1` for 127.0.0.1), so
  // it has to be one in full; and the dot of the root may follow a name, but not an address. The URL parser knows, but
  // takes a while when it is asked for the first time.
  return IPV4.test(text) || isIPv6(text) || (HOST_NAME.test(text) && hostOfUrl(text) === text.toLowerCase());
}

/** Whether a text is an IPv6 address, with or without a zone (RFC 4291 section 2.2, RFC 4007 section 11). */
export function isIPv6(text: string): boolean {
  // Where there is no address, its place is taken by "undefined", which is none either.
  return hostOfUrl(`[${IPV6.exec(text)?.[1]}]`) !== undefined;
}

/** One spelling per host: names differ neither by case nor by the root's dot, IPv6 addresses not by their zeros. */
export function canonicalHost(host: string): string {
  const shorten = (address: string) => String(hostOfUrl(`[${address}]`)).slice(1, -1);
  return host
    .toLowerCase()
    .replace(/\.$/, "")
    .replace(/^[^%]*:[^%]*/, shorten);
}

/** The host as the URL standard writes it (section 3.5), if it can be one. */
function hostOfUrl(host: string): string | undefined {
  return URL.parse(`http://${host}`)?.hostname;
}
