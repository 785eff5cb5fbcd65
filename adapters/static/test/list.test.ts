import { describe, expect, it } from "vitest";
import { staticDiscovery } from "../src/index.js";

describe("a list in the program", () => {
  it("is what is found, texts and instances alike, each once", async () => {
    const discovery = staticDiscovery(["a:7337", { host: "b", port: 7337, id: "b1" }, "a:7337"]);
    expect(await discovery.lookup()).toEqual([
      { host: "a", port: 7337 },
      { host: "b", port: 7337, id: "b1" },
    ]);
  });

  it("may leave out the port when there is a default", async () => {
    expect(await staticDiscovery(["a", "b:1"], { defaultPort: 7337 }).lookup()).toEqual([
      { host: "a", port: 7337 },
      { host: "b", port: 1 },
    ]);
  });

  it("may be empty", async () => {
    expect(await staticDiscovery([]).lookup()).toEqual([]);
  });

  it("is copied, so that changing the array later changes nothing", async () => {
    const written = ["a:1"];
    const discovery = staticDiscovery(written);
    written.push("b:2");
    expect(await discovery.lookup()).toEqual([{ host: "a", port: 1 }]);
  });

  it.each([
    [["a:1", "b"], 'staticDiscovery: instances[1]: "b" is not an endpoint'],
    [["a:99999"], 'instances[0]: "a:99999" is not an endpoint'],
    [[{ host: "a b", port: 1 }], "a b"],
    [[{ host: "a", port: 0 }], "instances[0]"],
    [[null as never], "instances[0]"],
  ])("throws at construction for what is not an endpoint: %j", (written, message) => {
    expect(() => staticDiscovery(written)).toThrow(
      expect.objectContaining({ code: "INVALID_ENDPOINT", message: expect.stringContaining(message) }),
    );
  });

  it("has a name that says whom it lists, shortened when they are many", () => {
    expect(staticDiscovery(["a:1", { host: "::1", port: 2 }]).name).toBe("static(a:1, [::1]:2)");
    expect(staticDiscovery(["a:1", "b:2", "c:3", "d:4"]).name).toBe("static(a:1, b:2, 2 more)");
  });
});

describe("a bad option throws INVALID_OPTION with its name", () => {
  it.each<[string, unknown, unknown?]>([
    ["defaultPort", ["a"], { defaultPort: 0 }],
    ["defaultPort", { file: "nodes", defaultPort: 70_000 }],
    ["file or env", {}],
    ["file or env", { file: "nodes", env: "NODES" }],
    ["file", { file: "" }],
    ["file", { file: 7 }],
    ["env", { env: "A=B" }],
    ["format", { file: "nodes", format: "yaml" }],
    ["pollMs", { file: "nodes", pollMs: 0 }],
    ["settleMs", { file: "nodes", settleMs: Number.POSITIVE_INFINITY }],
    ["pollMs", { env: "NODES", pollMs: 1000 }],
    ["a list of instances", "a:7337"],
    ["a list of instances", undefined],
  ])("%s in %j", (option, what, options) => {
    const make = staticDiscovery as (...args: unknown[]) => unknown;
    expect(() => make(what, options)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(option) }),
    );
  });
});
