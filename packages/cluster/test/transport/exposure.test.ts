import { describe, expect, it } from "vitest";
import { type ClusterSettings, defaultSettings } from "../../src/settings.js";
import { refuseExposure } from "../../src/transport/exposure.js";

const TLS = { ca: "ca.pem", certificate: "node.pem", key: "node.key" };

function start(change: (settings: ClusterSettings) => void): () => void {
  const settings = defaultSettings();
  change(settings);
  return () => refuseExposure(settings);
}

const at = (bindHost: string | undefined, host = "127.0.0.1") =>
  start(({ node }) => {
    Object.assign(node, { host, bindHost });
  });

describe("a node with neither a secret nor TLS", () => {
  it.each(["127.0.0.1", "127.255.3.4", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "localhost", "LOCALHOST"])(
    "may listen on %s, which nobody else can reach",
    (host) => {
      expect(at(undefined, host)).not.toThrow();
      expect(at(host, "10.0.0.1")).not.toThrow();
    },
  );

  it.each([
    "0.0.0.0",
    "::",
    "10.0.0.7",
    "fd00::1",
    "orders-1.internal",
    "127.example",
    "localhost.example",
    "128.0.0.1",
  ])("is refused on %s, and told what to do", (host) => {
    for (const refused of [at(undefined, host), at(host)]) {
      expect(refused).toThrow(expect.objectContaining({ code: "INSECURE" }));
      expect(refused).toThrow(/would listen on .*settings\.secret.*settings\.tls.*settings\.insecure/);
    }
  });
});

describe("a node that listens beyond its machine", () => {
  it.each<[string, Partial<ClusterSettings>, boolean]>([
    ["with a secret", { secret: "a secret of the cluster" }, true],
    ["with mutual TLS", { tls: TLS }, true],
    ["with TLS in which only who answers shows a certificate", { tls: { ...TLS, mutual: false } }, false],
    ["with that and a secret", { tls: { ...TLS, mutual: false }, secret: "a secret of the cluster" }, true],
    ["with the word of its owner that this is meant", { insecure: true }, true],
  ])("%s", (_, change, isAllowed) => {
    const starting = start((settings) => {
      settings.node.host = "10.0.0.7";
      Object.assign(settings, change);
    });
    if (isAllowed) expect(starting).not.toThrow();
    else expect(starting).toThrow(expect.objectContaining({ code: "INSECURE" }));
  });
});
