import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { JOIN_DEFAULTS, JOIN_ERROR_CODES, JOIN_SITUATIONS, JOIN_TOKENS, REJECTION_PACE } from "../src/index.js";

import { BreakableDiscovery } from "./support/breakable-discovery.js";
import { connectionRefused } from "./support/fake-joiner.js";
import { SchedulerWorld } from "./support/scheduler-world.js";
import { settle } from "./support/virtual-clock.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The first two columns of the table whose first column is called so, without the marks around code. */
function table(heading: string): [string, string][] {
  const [, rows = ""] = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  return [...rows.matchAll(/^\| `([^`]+)` \| (.*?) \|/gm)].map(([, first = "", second = ""]) => [first, second]);
}

describe("the README", () => {
  it("has every situation, with its meaning", () => {
    expect(Object.fromEntries(table("situation"))).toEqual(JOIN_SITUATIONS);
  });

  it("has the pace of every rejection", () => {
    const paces = table("code").filter(([, pace]) => pace === "permanent" || pace === "backoff");
    expect(Object.fromEntries(paces)).toEqual(REJECTION_PACE);
  });

  it("has every error code, with its meaning", () => {
    const errors = readme.slice(readme.indexOf("## Errors"));
    const rows = [...errors.matchAll(/^\| `([^`]+)` \| (.*?) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
    expect(Object.fromEntries(rows)).toEqual(JOIN_ERROR_CODES);
  });

  it("has the default of every limit", () => {
    const { backoff: _backoff, permanentBackoff: _permanent, permanentCodes: _codes, ...numbers } = JOIN_DEFAULTS;
    const rows = table("option").filter(([name]) => name !== "permanentCodes");
    expect(Object.fromEntries(rows.map(([name, value]) => [name, Number(value)]))).toEqual(numbers);
  });

  it("has every token", () => {
    expect(table("token").map(([name]) => name)).toEqual(Object.keys(JOIN_TOKENS).map((name) => `JOIN_TOKENS.${name}`));
  });

  it("shows what explain() really gives", async () => {
    const discovery = new BreakableDiscovery("consul(orders)");
    discovery.set(["10.0.0.7:7337", "10.0.0.8:7337", "10.0.0.9:7337"]);
    const world = new SchedulerWorld({ discovery, random: () => 0.5 });
    world.joiner.behaviour = (endpoint, attempt) => {
      if (endpoint === "10.0.0.7:7337") attempt.answer({ kind: "self" });
      else if (endpoint === "10.0.0.9:7337") attempt.fail(connectionRefused(endpoint));
      else attempt.answer({ kind: "rejected", code: "WRONG_SYSTEM", reason: 'this is "billing"' });
    };
    world.scheduler.start();
    await world.clock.advance(3000);
    discovery.outage(new Error("connect ECONNREFUSED 127.0.0.1:8500"));
    await settle();
    await world.clock.advance(42_000);
    const [, sample = "{}"] = /```json\n([^`]+)```/.exec(readme) ?? [];
    expect(JSON.parse(sample)).toEqual(world.scheduler.explain());
  });
});
