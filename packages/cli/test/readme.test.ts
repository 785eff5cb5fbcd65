import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CERTS_OPTIONS } from "../src/certs/certs-options.js";
import type { OptionSpecs } from "../src/command.js";
import { DEMO_OPTIONS } from "../src/demo/demo-options.js";
import { runProgram } from "../src/program.js";
import { MemoryTerminal } from "./support/memory-terminal.js";

/** What the description calls what a command is for. */
const TOPICS: Readonly<Record<string, RegExp>> = { demo: /^a demonstration/, certs: /^certificates/ };

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the description in package.json", () => {
  it("has something to say of each command, and of nothing else", async () => {
    const terminal = new MemoryTerminal();
    await runProgram(["--help"], terminal);
    const commands = [...terminal.out.matchAll(/^ {2}([a-z]+) {2}/gm)].map(([, name]) => name);
    const { description } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const topics = description.replace("The rollcall command: ", "").split(", and ");
    expect(topics).toEqual(commands.map((name) => expect.stringMatching(TOPICS[String(name)] ?? /^$/)));
  });
});

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
