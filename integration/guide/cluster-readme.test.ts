import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLUSTER_TOKENS, ClusterControl, defaultSettings } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";

const readme = readFileSync(join(REPOSITORY, "packages/cluster/README.md"), "utf8");

/** The first two columns of the table below a heading. */
function table(heading: string): [first: string, second: string][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)].map(([, first = "", second = ""]) => [first, second]);
}

/** Settings that are set one by one. */
const GROUPS = [
  "node",
  "join",
  "association",
  "gossip",
  "leadership",
  "formation",
  "onDown",
  "leave",
  "tombstones",
  "events",
  "singletons",
  "receptionist",
  "actors",
  "logRate",
];

/** Every setting with its default as code; those that no short text can show have none. */
function settings(): [name: string, value: string | undefined][] {
  return Object.entries(defaultSettings()).flatMap(([group, value]): [string, string | undefined][] => {
    if (!GROUPS.includes(group)) return [[group, code(value)]];
    return Object.entries(value).map(([name, inner]) => [`${group}.${name}`, code(inner)]);
  });
}

const code = (value: unknown) =>
  Object(value) === value || value === undefined ? undefined : `\`${JSON.stringify(value)}\``;

describe("the README of the cluster", () => {
  it("has every setting, in order", () => {
    expect(table("Settings").map(([name]) => name)).toEqual(settings().map(([name]) => name));
  });

  it.each(settings().filter(([, value]) => value !== undefined))("has the default of %s: %s", (name, value) => {
    expect(new Map(table("Settings")).get(name)).toBe(value);
  });

  it("has every member of cluster", () => {
    const members = Object.getOwnPropertyNames(ClusterControl.prototype).filter((name) => name !== "constructor");
    const documented = new Set(table("The cluster").map(([name]) => /^\w+/.exec(name)?.[0]));
    expect([...documented].sort()).toEqual(members.sort());
  });

  it("has every token", () => {
    const tokens = Object.keys(CLUSTER_TOKENS).map((name) => `CLUSTER_TOKENS.${name}`);
    expect(table("Replacing parts").map(([name]) => name)).toEqual(expect.arrayContaining(tokens));
  });
});
