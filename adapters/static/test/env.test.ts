import type { DiscoveryError } from "@rollcall/core";
import { afterEach, describe, expect, it } from "vitest";
import { staticDiscovery } from "../src/index.js";

const env = "ROLLCALL_STATIC_TEST";

describe("an environment variable", () => {
  afterEach(() => {
    delete process.env[env];
  });

  it("is read when it is asked for, not at construction", async () => {
    const discovery = staticDiscovery({ env, defaultPort: 7337 });
    process.env[env] = "a, b:1";
    expect(await discovery.lookup()).toEqual([
      { host: "a", port: 7337 },
      { host: "b", port: 1 },
    ]);
  });

  it("that is empty lists nobody", async () => {
    process.env[env] = "";
    expect(await staticDiscovery({ env }).lookup()).toEqual([]);
  });

  it("that is not set is a failure that waiting does not mend", async () => {
    const discovery = staticDiscovery({ env });
    const failure = { code: "MISCONFIGURED", retryable: false, adapter: `static($${env})` };
    await expect(discovery.lookup()).rejects.toMatchObject(failure);
    await expect(discovery.subscribe()[Symbol.asyncIterator]().next()).rejects.toMatchObject(failure);
  });

  it("reports what it cannot read by its place", async () => {
    process.env[env] = "a:1 b";
    const problems: DiscoveryError[] = [];
    await staticDiscovery({ env }).lookup({ report: (problem) => problems.push(problem) });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^static\(\$ROLLCALL_STATIC_TEST\): entry 2: "b" is not an endpoint/),
    ]);
  });
});
