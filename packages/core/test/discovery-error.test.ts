import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  DISCOVERY_ERROR_CODES,
  DiscoveryError,
  type DiscoveryErrorCode,
  isDiscoveryError,
  toDiscoveryError,
} from "../src/index.js";

describe("DiscoveryError", () => {
  it("tells its code, its adapter, its cause and whether to retry", () => {
    const cause = new Error("ECONNREFUSED");
    const error = new DiscoveryError("UNAVAILABLE", "etcd(orders): no server answers", {
      adapter: "etcd(orders)",
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "DiscoveryError",
      code: "UNAVAILABLE",
      adapter: "etcd(orders)",
      retryable: true,
      cause,
      message: "etcd(orders): no server answers",
    });
    expect(String(error)).toBe("DiscoveryError: etcd(orders): no server answers");
    expect("cause" in new DiscoveryError("ENDED", "x")).toBe(false);
  });

  it.each(Object.entries(DISCOVERY_ERROR_CODES))(
    "with code %s is retryable: %s, unless told otherwise",
    (code, retryable) => {
      expect(new DiscoveryError(code as DiscoveryErrorCode, "x").retryable).toBe(retryable);
      expect(new DiscoveryError(code as DiscoveryErrorCode, "x", { retryable: !retryable }).retryable).toBe(!retryable);
    },
  );

  it("is recognised from another copy of the package, and nothing else is", () => {
    class OtherCopy extends Error {
      get [Symbol.for("@rollcall/core.DiscoveryError")]() {
        return true;
      }
    }
    expect([new DiscoveryError("ENDED", "x"), new OtherCopy()].map(isDiscoveryError)).toEqual([true, true]);
    expect([new Error("x"), null, undefined, "x", { code: "ENDED" }].map(isDiscoveryError)).toEqual(
      Array(5).fill(false),
    );
  });
});

describe("toDiscoveryError", () => {
  it("keeps a DiscoveryError, and wraps anything else as UNAVAILABLE", () => {
    const own = new DiscoveryError("FORBIDDEN", "x");
    expect(toDiscoveryError(own, "etcd")).toBe(own);
    for (const thrown of [new Error("lost"), "lost"]) {
      expect(toDiscoveryError(thrown, "etcd")).toMatchObject({
        code: "UNAVAILABLE",
        adapter: "etcd",
        message: "etcd: lost",
        cause: thrown,
      });
      expect(toDiscoveryError(thrown).message).toBe("lost");
    }
    expect(toDiscoveryError(undefined).message).toBe("undefined");
  });
});

describe("the error codes", () => {
  it("are all explained in the README, with the right answer to whether they are retried, and no others", () => {
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    const section = readme.split(/^## /m).find((part) => part.startsWith("Error codes")) ?? "";
    const rows = [...section.matchAll(/^\| `([A-Z_]+)` \| (yes|no) \| \S.*\|$/gm)];
    expect(Object.fromEntries(rows.map(([, code, retried]) => [code, retried === "yes"]))).toEqual(
      DISCOVERY_ERROR_CODES,
    );
    expect(rows).toHaveLength(Object.keys(DISCOVERY_ERROR_CODES).length);
  });
});
