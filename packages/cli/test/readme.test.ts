import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CERTS_OPTIONS } from "../src/certs/certs-options.js";
import type { OptionSpecs } from "../src/command.js";
import { DEMO_OPTIONS } from "../src/demo/demo-options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it.each<[string, OptionSpecs]>([
    ["demo", DEMO_OPTIONS],
    ["certs", CERTS_OPTIONS],
  ])("has every option of rollcall %s, as it is written on the command line", (command, specs) => {
    const section = readme.split(/^## /m).find((text) => text.startsWith(`\`rollcall ${command}\``)) ?? "";
    const documented = [...section.matchAll(/^\| (?:`(-\w)`, )?`--([\w-]+)(?: ([^`]+))?` \|/gm)].map(
      ([, short, name, value]) => ({ short, name, value: value?.replaceAll("\\", "") }),
    );
    const options = Object.entries(specs).map(([name, spec]) => ({
      short: spec.short === undefined ? undefined : `-${spec.short}`,
      name,
      value: spec.value,
    }));
    expect(documented).toEqual(options);
  });
});
