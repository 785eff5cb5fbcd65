import { DiscoveryError } from "./discovery-error.js";

/** A host and a port. */
export interface Endpoint {
  /** Host name, IPv4 address, or IPv6 address without brackets (a zone such as `%eth0` may follow). */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
}

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?$/i;
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/**
 * Reads `host:port`, `[v6]:port` or, when `defaultPort` is given, a host alone.
 *
 * @throws DiscoveryError `INVALID_ENDPOINT`, with the offending text in the message
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint {
  const trimmed = text.trim();
  const fail = (why: string): never => {
    throw new DiscoveryError("INVALID_ENDPOINT", `${JSON.stringify(text)} is not an endpoint: ${why}.`);
  };
  if (trimmed === "") return fail("it is empty; write host:port, such as 10.0.0.7:7337");

  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(trimmed);
  if (bracketed === null && trimmed.startsWith("[")) return fail("a [ is not closed; write [v6-address]:port");
  const colons = trimmed.split(":").length - 1;
  if (bracketed === null && colons > 1) {
    if (!isIPv6(trimmed)) return fail("it has more than one colon; write host:port or [v6-address]:port");
    if (defaultPort === undefined) return fail("an IPv6 address with a port needs brackets; write [v6-address]:port");
    return { host: trimmed, port: defaultPort };
  }
  const [host, portText] = bracketed
    ? [bracketed[1] as string, bracketed[2]]
    : (trimmed.split(":", 2) as [string, string | undefined]);
  if (host === "") return fail("the host is missing; write host:port");
  if (bracketed && !isIPv6(host)) return fail(`what stands in the brackets is not an IPv6 address`);
  if (!bracketed && !isHost(host)) return fail(`${JSON.stringify(host)} is neither a host name nor an IP address`);
  if (portText === undefined) {
    if (defaultPort === undefined) return fail("the port is missing; write host:port");
    return { host, port: defaultPort };
  }
  if (!/^\d{1,5}$/.test(portText) || !isPort(Number(portText))) {
    return fail(`${JSON.stringify(portText)} is not a port; ports are whole numbers from 1 to 65535`);
  }
  return { host, port: Number(portText) };
}

/** `host:port`, with brackets around an IPv6 address. Reads back with {@link parseEndpoint}. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.host.includes(":") ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/** Whether a value can be dialled as a TCP port: a whole number from 1 to 65535. */
export function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

/** Whether a text is a host name (RFC 1123, underscores allowed as DNS does), an IPv4 or an IPv6 address. */
export function isHost(text: string): boolean {
  if (text.length > 253) return false;
  if (/^[\d.]+$/.test(text)) return IPV4.test(text);
  return HOST_NAME.test(text) || isIPv6(text);
}

/** Whether a text is an IPv6 address, with or without a zone (RFC 4291 section 2.2, RFC 4007 section 11). */
export function isIPv6(text: string): boolean {
  const [address = "", zone] = text.split("%", 2);
  if (zone === "" || !/^[0-9a-f:.]+$/i.test(address) || !address.includes(":")) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const withIPv4 = last?.includes(".") ?? false;
  if (withIPv4 && !IPV4.test(last as string)) return false;
  const hex = withIPv4 ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const length = hex.length + (withIPv4 ? 2 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}
