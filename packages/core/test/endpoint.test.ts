import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatEndpoint, isDiscoveryError, isHost, isIPv6, isPort, parseEndpoint } from "../src/index.js";

describe("parseEndpoint", () => {
  it.each([
    ["10.0.0.7:7337", "10.0.0.7", 7337],
    ["localhost:1", "localhost", 1],
    ["node-1.example.org:65535", "node-1.example.org", 65_535],
    ["node.example.org.:80", "node.example.org.", 80],
    ["_rollcall._tcp.example.org:80", "_rollcall._tcp.example.org", 80],
    ["[::1]:7337", "::1", 7337],
    ["[fe80::1%eth0.100]:7337", "fe80::1%eth0.100", 7337],
    ["[::ffff:10.0.0.7]:80", "::ffff:10.0.0.7", 80],
    ["  10.0.0.7:7337\n", "10.0.0.7", 7337],
  ])("reads %j", (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ host, port });
    expect(parseEndpoint(text, 9)).toEqual({ host, port });
  });

  it.each([
    ["10.0.0.7", "10.0.0.7"],
    ["localhost", "localhost"],
    ["::1", "::1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["[::1]", "::1"],
    ["1:2:3:4:5:6:7:7337", "1:2:3:4:5:6:7:7337"],
  ])("takes the default port for %j and fails without one", (text, host) => {
    expect(parseEndpoint(text, 7337)).toEqual({ host, port: 7337 });
    expect(() => parseEndpoint(text)).toThrow("it has no port");
  });

  it.each([
    ["", "host"],
    ["   ", "host"],
    [":80", "host"],
    ["[]:80", "host"],
    ["[10.0.0.7]:80", "host"],
    ["[localhost]:80", "host"],
    ["10.0.0.256:80", "host"],
    ["10.0.0:80", "host"],
    ["10.0.0.07:80", "host"],
    ["10.0.0.7.:80", "host"],
    ["0x7f.1:80", "host"],
    ["2130706433:80", "host"],
    ["-a:80", "host"],
    ["a-:80", "host"],
    ["a..b:80", "host"],
    [".a:80", "host"],
    ["a b:80", "host"],
    ["a\nb:80", "host"],
    ["münchen:80", "host"],
    ["a/b:80", "host"],
    ["user@a:80", "host"],
    ["a?b:80", "host"],
    [`${"a".repeat(64)}:80`, "host"],
    [`${"a.".repeat(127)}ab:80`, "host"],
    ["a:", "port"],
    ["a:0", "port"],
    ["a:65536", "port"],
    ["a:-1", "port"],
    ["a:+1", "port"],
    ["a:080", "port"],
    ["a:1e3", "port"],
    ["a:8.0", "port"],
    ["a: 80", "port"],
    ["a:99999999999999999999", "port"],
    ["[::1]:", "port"],
    ["[::1]80", "brackets"],
    ["[::1:80", "brackets"],
    ["::1]:80", "brackets"],
    ["[[::1]]:80", "brackets"],
    ["a:80:81", "colons"],
    ["http://a:80", "colons"],
    ["::1::2", "colons"],
    ["fe80::1%eth0:80", "colons"],
    ["fe80::1%a%b", "colons"],
    ["fe80::1%", "colons"],
  ])("refuses %j because of its %s", (text, why) => {
    let thrown: unknown;
    try {
      parseEndpoint(text, 7337);
    } catch (error) {
      thrown = error;
    }
    expect(isDiscoveryError(thrown) && thrown.code).toBe("INVALID_ENDPOINT");
    expect((thrown as Error).message).toContain(JSON.stringify(text));
    expect((thrown as Error).message).toContain(why);
    expect((thrown as Error).message).toContain("write host:port or [v6]:port");
  });

  it("refuses a default port that is none", () => {
    expect(() => parseEndpoint("a", 0)).toThrow("it has no port");
  });

  const label = fc.stringMatching(/^[a-z_]([a-z0-9_-]{0,10}[a-z0-9_])?$/);
  const hostName = fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => labels.join("."))
    .filter((name) => !name.includes("xn--"));
  const host = fc.oneof(hostName, fc.ipV4(), fc.ipV6());
  const port = fc.integer({ min: 1, max: 65_535 });

  it("reads back whatever formatEndpoint writes", () => {
    fc.assert(
      fc.property(host, port, (anyHost, anyPort) => {
        const endpoint = { host: anyHost, port: anyPort };
        expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
        expect(parseEndpoint(anyHost, anyPort)).toEqual(endpoint);
      }),
    );
  });

  it("throws nothing but INVALID_ENDPOINT, and accepts only what it can write again", () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\d.:[\]a-f%/-]{0,24}$/));
    fc.assert(
      fc.property(text, fc.option(port, { nil: undefined }), (anyText, defaultPort) => {
        try {
          const endpoint = parseEndpoint(anyText, defaultPort);
          expect(isHost(endpoint.host) && isPort(endpoint.port)).toBe(true);
          expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
        } catch (error) {
          expect(isDiscoveryError(error) && error.code).toBe("INVALID_ENDPOINT");
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("isHost", () => {
  it("takes four numbers for a host if the URL parser would leave them as they are", () => {
    const numbers = ["0", "1", "9", "01", "99", "199", "249", "255", "256", "00", "1a"];
    for (const first of numbers) {
      for (const second of numbers) {
        for (const last of numbers) {
          const text = `${first}.${second}.7.${last}`;
          expect(isHost(text), text).toBe(URL.parse(`http://${text}`)?.hostname === text);
        }
      }
    }
  });
});

describe("isIPv6", () => {
  it.each([
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "::1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
  ])("accepts %j", (text) => expect(isIPv6(text)).toBe(true));

  it.each([
    "",
    ":",
    ":::",
    "1",
    "1.2.3.4",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    ":1:2:3:4:5:6:7",
  ])("refuses %j", (text) => expect(isIPv6(text)).toBe(false));

  it.each(["1.2.3.4::", "::1.2.3", "::1.2.3.256", "::01.2.3.4", "[::1]", " ::1", "::1/64", "::1]@a", "::1%", "::1% x"])(
    "refuses %j",
    (text) => expect(isIPv6(text)).toBe(false),
  );
});

describe("isPort", () => {
  it.each([1, 80, 65_535])("accepts %j", (port) => expect(isPort(port)).toBe(true));
  it.each([0, -1, 65_536, 80.5, Number.NaN, Number.POSITIVE_INFINITY, "80", null, undefined])("refuses %j", (port) =>
    expect(isPort(port)).toBe(false),
  );
});
