import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { NATS_DEFAULTS, type NatsClient, type NatsDiscoveryOptions, natsDiscovery } from "../src/index.js";

const client = {} as NatsClient;

describe("options", () => {
  it.each([
    ["service", ""],
    ["service", "orders.>"],
    ["service", "two words"],
    ["service", "a..b"],
    ["service", undefined],
    ["prefix", "*"],
    ["servers", []],
    ["servers", ["10.0.0.1:0"]],
    ["servers", "ws://10.0.0.1"],
    ["servers", 4222],
    ["auth", {}],
    ["auth", { user: "u" }],
    ["auth", { token: "t", user: "u", pass: "p" }],
    ["auth", { token: "" }],
    ["auth", "token"],
    ["tls", true],
    ["tls", { caCert: "x" }],
    ["tls", { caFile: 7 }],
    ["ttlMs", 100],
    ["ttlMs", Number.NaN],
    ["ttlMs", "15s"],
    ["gatherMs", 0],
    ["gatherMs", 3000],
    ["settleMs", 0],
    ["answerTimeoutMs", 0],
    ["maxInstances", 0],
  ])("%s is refused as %j, by name", (name, value) => {
    const options = { service: "orders", [name]: value } as unknown as NatsDiscoveryOptions;
    expect(() => natsDiscovery(options)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(`${name} must be`) }),
    );
  });

  it.each([{ servers: "10.0.0.1" }, { auth: { token: "t" } }, { tls: {} }])(
    "%o is refused next to client, which has its own",
    (option) => {
      const [name] = Object.keys(option);
      expect(() => natsDiscovery({ service: "orders", client, ...option })).toThrow(`${name} must be left out`);
    },
  );

  it.each([
    { servers: "nats://admin:s3cret@10.0.0.1:4222" },
    { servers: ["s3cret@10.0.0.1:4222"] },
    { auth: { token: "s3cret", user: "u" } as never },
    { tls: { key: "s3cret", keyPath: "x" } as never },
  ])("that are refused appear in no error, as they may be secrets: %#", (option) => {
    try {
      natsDiscovery({ service: "orders", ...option });
      expect.unreachable();
    } catch (error) {
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    }
  });

  it("that are undefined get the default", () => {
    const options = { service: "orders", ttlMs: undefined } as unknown as NatsDiscoveryOptions;
    expect(natsDiscovery(options).name).toBe("nats(orders)");
  });

  it("have the defaults that the README says", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    for (const [name, value] of Object.entries(NATS_DEFAULTS)) {
      const [, written] = new RegExp(`^\\| \`${name}\` \\| (\\S+) \\|`, "m").exec(readme) ?? [];
      const text = typeof value === "number" ? value.toLocaleString("en") : `\`${value}\``;
      expect(written, name).toBe(text);
    }
  });
});
