import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { examplesIn } from "../../scripts/lib/examples.ts";
import { REPOSITORY } from "../../scripts/lib/workspace.ts";
import { Program } from "../cluster/support/program.ts";
import { freePort } from "../support/ports.ts";

const page = readFileSync(join(REPOSITORY, "docs/guide/getting-started.md"), "utf8");

/** The first program of the page, with free ports in place of those that it names, saved under its name. */
function savedProgram(ports: readonly number[]): string {
  const [first] = examplesIn(page);
  if (first === undefined) throw new Error("the page has no program any more");
  const folder = join(REPOSITORY, ".cache/guide");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "hello.mjs");
  writeFileSync(file, withPorts(first.code, ports));
  return file;
}

const withPorts = (text: string, ports: readonly number[]) =>
  text.replaceAll(/700([123])/g, (_, number: string) => String(ports[Number(number) - 1]));

/** The lines of the page's block that begins with this. */
function shown(beginning: string, ports: readonly number[]): string[] {
  const block = page.split("```").find((text) => text.startsWith(`text\n${beginning}`)) ?? "";
  return withPorts(block.slice("text\n".length), ports).trim().split("\n");
}

async function read(program: Program, lines: number): Promise<string[]> {
  const read: string[] = [];
  while (read.length < lines) read.push(await program.line());
  return read;
}

it("the first program does in two terminals what the page shows, and the third node joins", async () => {
  // In ascending order, as on the page: the lowest address leads.
  const ports = [await freePort(), await freePort(), await freePort()].sort((a, b) => a - b);
  const file = savedProgram(ports);
  const expected = shown("127.0.0.1:7002 is joining", ports);
  expect(expected).toHaveLength(4);

  const first = Program.start(file, { args: [String(ports[0])] });
  const second = Program.start(file, { args: [String(ports[1])] });

  expect(await read(first, 4)).toEqual(expected);
  expect(await read(second, 4)).toEqual([`127.0.0.1:${ports[0]} is joining`, ...expected.slice(1)]);

  const third = Program.start(file, { args: [String(ports[2])] });
  expect(await read(first, 2)).toEqual([`127.0.0.1:${ports[2]} is joining`, `127.0.0.1:${ports[2]} is up`]);
  third.kill("SIGINT");
  expect(await third.exited).toEqual({ code: 0, signal: null });
  expect(third.stdout).toMatch(/this node has left\n$/);
  expect(await read(first, 3)).toEqual(
    ["leaving", "down", "removed"].map((status) => `127.0.0.1:${ports[2]} is ${status}`),
  );
});
