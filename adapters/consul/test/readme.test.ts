import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { CONSUL_DEFAULTS } from "../src/index.js";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it.each(Object.entries(CONSUL_DEFAULTS))("gives the default of %s that holds", (option, value) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${option}\` \\|.*\\| \`${JSON.stringify(value)}\` \\|$`, "m"));
  });
});
