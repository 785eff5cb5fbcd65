import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UniqueNode } from "../../src/node.js";
import { canonicalAddress, explainCertificate, subjectNames } from "../../src/transport/certificate.js";
import { contradiction } from "../../src/transport/tls-identity.js";
import type { PeerCheck } from "../../src/transport/tls-settings.js";
import { TestAuthority } from "../support/certificates.js";

const authority = await TestAuthority.create();
const issued = await authority.issue({
  commonName: "orders-1",
  names: [
    { type: "dns", value: "orders-1.prod.internal" },
    { type: "ip", value: "10.0.0.7" },
    { type: "ip", value: "fd00:0:0::7" },
    { type: "url", value: "spiffe://prod/ns/shop/sa/orders" },
  ],
});
const certificate = new X509Certificate(issued.certificate);
const node = (host: string, system = "orders") => UniqueNode.of(system, host, 7337, "0123456789abcdef");

describe("a certificate", () => {
  it("has its names read, addresses in the one way to write them", () => {
    expect(subjectNames(certificate)).toEqual([
      "DNS:orders-1.prod.internal",
      "IP:10.0.0.7",
      "IP:fd00::7",
      "URI:spiffe://prod/ns/shop/sa/orders",
    ]);
    expect(canonicalAddress("FD00:0:0:0:0:0:0:7")).toBe("fd00::7");
  });

  it("is explained in plain data", () => {
    const explained = explainCertificate(certificate);
    expect(explained).toMatchObject({ subject: "CN=orders-1", issuer: "CN=test authority" });
    expect(explained.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(Date.parse(explained.expires)).toBeGreaterThan(Date.parse(explained.validFrom));
    expect(JSON.parse(JSON.stringify(explained))).toEqual(explained);
  });

  it("keeps a name with a comma in it whole, so that nobody can add one that he was not given", () => {
    const subjectAltName = 'DNS:a.example, URI:"https://x, DNS:b.example", IP Address:10.0.0.1';
    const names = subjectNames({ subjectAltName } as X509Certificate);
    expect(names).toEqual(["DNS:a.example", "URI:https://x, DNS:b.example", "IP:10.0.0.1"]);
  });
});

describe("a pattern for peers", () => {
  it.each<[string | string[], string, boolean]>([
    ["DNS:orders-1.prod.internal", "any", true],
    ["DNS:ORDERS-1.Prod.Internal", "any", true],
    ["DNS:*.prod.internal", "any", true],
    ["DNS:*.internal", "any", false],
    ["DNS:*", "any", false],
    ["DNS:orders-1xprod.internal", "any", false],
    ["DNS:{host}", "orders-1.prod.internal", true],
    ["DNS:{host}", "orders-2.prod.internal", false],
    ["DNS:{host}.prod.internal", "orders-1", true],
    ["IP:{host}", "10.0.0.7", true],
    ["IP:{host}", "10.0.0.70", false],
    ["IP:{host}", "10.0.0.8", false],
    ["IP:{host}", "fd00:0000::7", true],
    [["DNS:{host}", "IP:{host}"], "10.0.0.7", true],
    ["URI:spiffe://prod/ns/shop/sa/{system}", "any", true],
    ["URI:spiffe://prod/ns/*/sa/orders", "any", true],
    ["URI:spiffe://prod/*/orders", "any", false],
    ["URI:spiffe://PROD/ns/shop/sa/orders", "any", false],
    ["URI:spiffe://prod/ns/shop/sa/{port}", "any", false],
    ["URI:spiffe://prod/ns/shop/sa/{other}", "any", false],
    ["DNS:spiffe://prod/ns/shop/sa/orders", "any", false],
  ])("%s lets a node at %s through: %s", (rule, host, isLetThrough) => {
    const reason = contradiction(rule, certificate, node(host));
    if (isLetThrough) expect(reason).toBeUndefined();
    else expect(reason).toMatch(/^CN=orders-1 is refused as .*:7337: it is for .* wants /);
  });

  it("cannot be widened by what a node says it is called", () => {
    expect(contradiction("URI:spiffe://{system}/*", certificate, node("any", "prod"))).toBeDefined();
    expect(contradiction("DNS:{host}", certificate, node("orders-1.prod.internal.evil"))).toBeDefined();
    for (const system of [".*", "(prod|x)", "*"]) {
      expect(
        contradiction("URI:spiffe://{system}/ns/shop/sa/orders", certificate, { ...node("any"), system } as never),
      ).toBeDefined();
    }
  });
});

describe("a function for peers", () => {
  it("sees the certificate and the node, and its yes and its reasons count", () => {
    const seen: unknown[] = [];
    const check: PeerCheck = (shown, claimed) => {
      seen.push(shown.fingerprint256, claimed.address);
      return claimed.host === "10.0.0.7" || "not this one";
    };
    expect(contradiction(check, certificate, node("10.0.0.7"))).toBeUndefined();
    expect(contradiction(check, certificate, node("10.0.0.8"))).toBe(
      "CN=orders-1 is refused as 10.0.0.8:7337: not this one",
    );
    expect(seen).toEqual([certificate.fingerprint256, "10.0.0.7:7337", certificate.fingerprint256, "10.0.0.8:7337"]);
  });

  it.each<[string, unknown, RegExp]>([
    ["no", () => false, /says no/],
    ["nothing", () => undefined, /neither/],
    ["a promise of yes", async () => true, /neither/],
    ["one", () => 1, /neither/],
    [
      "an error",
      () => {
        throw new Error("out of order");
      },
      /out of order/,
    ],
  ])("that gives %s lets nobody through", (_, check, why) => {
    expect(contradiction(check as PeerCheck, certificate, node("any"))).toMatch(why);
  });

  it("cannot make the reason longer than a frame takes", () => {
    expect(contradiction(() => "x".repeat(10_000), certificate, node("any"))?.length).toBe(500);
  });
});
