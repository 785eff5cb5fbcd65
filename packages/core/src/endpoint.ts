import { DiscoveryError } from "./discovery-error.js";

/** A host and a port. */
export interface Endpoint {
  /** Host name, IPv4 address, or IPv6 address without brackets (a zone such as `%eth0` may follow). */
  readonly host: string;
  /** 1–65535. */
  readonly port: number;
}

const LABEL = "(?!-)[a-z0-9_-]{1,63}(?<!-)";
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*$`, "i");
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
/** Resolvers read such a name as an IPv4 address (`10.1` is 10.0.0.1, `0x7f.1` is 127.0.0.1), so it has to be one. */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0x[0-9a-f]*)$/i;

/**
 * Reads `host:port`, `[v6]:port` or, when `defaultPort` is given, a host alone. Space around it is ignored.
 *
 * @throws DiscoveryError `INVALID_ENDPOINT`, with the offending text in the message
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint {
  const fail = (why: string): never => {
    throw new DiscoveryError("INVALID_ENDPOINT", `${JSON.stringify(text)} is not an endpoint: ${why}.`);
  };
  const trimmed = text.trim();
  if (trimmed === "") return fail("it is empty; write host:port, such as 10.0.0.7:7337");
  if (trimmed.includes("://")) return fail("it is a URL; write host:port, without a scheme or a path");
  const [host, portText = defaultPort?.toString()] = trimmed.startsWith("[")
    ? splitBracketed(trimmed, fail)
    : splitPlain(trimmed, defaultPort !== undefined, fail);
  if (portText === undefined) return fail("the port is missing; write host:port");
  if (!/^[1-9]\d{0,4}$/.test(portText) || !isPort(Number(portText))) {
    return fail(`${JSON.stringify(portText)} is not a port; ports are whole numbers from 1 to 65535`);
  }
  return { host, port: Number(portText) };
}

type Fail = (why: string) => never;
type Parts = [host: string, port?: string];

function splitBracketed(text: string, fail: Fail): Parts {
  const end = text.indexOf("]");
  if (end < 0) return fail("a [ is not closed; write [v6-address]:port");
  const host = text.slice(1, end);
  if (!isIPv6(host)) return fail("what stands in the brackets is not an IPv6 address");
  const rest = text.slice(end + 1);
  if (rest === "") return [host];
  return rest.startsWith(":") ? [host, rest.slice(1)] : fail("only :port may follow the ]");
}

function splitPlain(text: string, withDefaultPort: boolean, fail: Fail): Parts {
  const [host = "", ...ports] = text.split(":");
  if (ports.length > 1) {
    if (!isIPv6(text)) return fail("it has more than one colon; write host:port or [v6-address]:port");
    return withDefaultPort ? [text] : fail("an IPv6 address with a port needs brackets; write [v6-address]:port");
  }
  if (host === "") return fail("the host is missing; write host:port");
  if (!isHost(host)) return fail(`${JSON.stringify(host)} is neither a host name nor an IP address`);
  return ports[0] === undefined ? [host] : [host, ports[0]];
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
  if (isIPv6(text)) return true;
  // The dot of the root may follow a name, but not an address.
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (ENDS_IN_NUMBER.test(name)) return IPV4.test(text);
  return name.length <= 253 && HOST_NAME.test(name);
}

/** Whether a text is an IPv6 address, with or without a zone (RFC 4291 section 2.2, RFC 4007 section 11). */
export function isIPv6(text: string): boolean {
  const [address = "", ...zone] = text.split("%");
  if (zone.length > 1 || (zone[0] !== undefined && !/^[\w.~-]+$/.test(zone[0]))) return false;
  const halves = address.split("::");
  if (halves.length > 2 || !address.includes(":")) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  // The last 32 bits may be written as IPv4; a "::" after them would put them somewhere else.
  const withIPv4 = IPV4.test(groups.at(-1) ?? "") && !address.endsWith(":");
  const hex = withIPv4 ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const length = hex.length + (withIPv4 ? 2 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}
