import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEMO_OPTIONS } from "../src/demo/demo-options.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("has every option of the demonstration, as it is written on the command line", () => {
    const documented = [...readme.matchAll(/^\| (?:`(-\w)`, )?`--([\w-]+)(?: ([^`]+))?` \|/gm)].map(
      ([, short, name, value]) => ({ short, name, value: value?.replaceAll("\\", "") }),
    );
    const options = Object.entries(DEMO_OPTIONS).map(([name, spec]) => ({
      short: "short" in spec ? `-${spec.short}` : undefined,
      name,
      value: "value" in spec ? spec.value : undefined,
    }));
    expect(documented).toEqual(options);
  });
});
