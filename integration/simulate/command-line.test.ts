import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describeStory } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { parseRange, parseSeeds } from "./lib/seed-range.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; sends it SIGINT once it has written something that matches. */
async function run(args: string[], interruptAt?: RegExp): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, ...args]);
  let [stdout, stderr] = ["", ""];
  let interrupted = false;
  child.stdout.on("data", (text) => {
    stdout += text;
    if (interrupted || !interruptAt?.test(stdout)) return;
    interrupted = true;
    child.kill("SIGINT");
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

describe("npm run simulate", () => {
  it("plays one seed, twice, and tells what came of it", async () => {
    const { code, stdout } = await run(["--seed", "3"]);
    expect(stdout).toMatch(/Seed 3 \(.*\): everything held\./);
    expect(stdout).toMatch(/Trace [0-9a-f]{16}, twice\./);
    expect(code).toBe(0);
  });

  it("plays a range of seeds in two processes and sums up", async () => {
    const { code, stdout } = await run(["--seeds", "11-20", "--nodes", "3-4", "--steps", "8", "--twice", "5"]);
    expect(stdout).toMatch(/^10 stories, /m);
    expect(stdout).toContain("Everything held.");
    expect(code).toBe(0);
  });

  it("plays those seeds of a range whose stories are about something", async () => {
    const { code, stdout } = await run(["--seeds", "40", "--about", "first start", "--steps", "5"]);
    const count = Array.from({ length: 40 }, (_, index) => describeStory(index + 1)).filter((about) => {
      return about.includes("first start");
    }).length;
    expect(stdout).toMatch(new RegExp(`^${count} stories, `, "m"));
    expect(code).toBe(0);
  });

  it("says what stories are about if none is about what was asked for", async () => {
    const { code, stderr } = await run(["--seeds", "9", "--about", "second start"]);
    expect(stderr).toMatch(/No story of those seeds is about "second start".*\n.* nodes/);
    expect(code).toBe(2);
  });

  it("ends at Ctrl-C with what it has, and leaves no process behind", async () => {
    const { code, stdout } = await run(["--seeds", "1000000"], /2 processes play/);
    expect(stdout).toMatch(/Interrupted: \d+ seeds were not played\./);
    expect(code).toBe(130);
  });

  it.each([
    [["--seeds", "many"], "--seeds takes a number"],
    [["--seeds", "9-5"], "--seeds takes a number"],
    [["--nodes", "1-5"], "--nodes takes numbers from 2"],
    [["--seed", "1-5"], "--seed takes one number"],
    [["--workers", "0"], "--workers takes a number"],
  ])("says what is wrong with %j, and how to use it", async (args, complaint) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain("npm run simulate -- [options]");
    expect(code).toBe(2);
  });

  it("explains itself", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(stdout).toContain("--seeds 2000");
    expect(code).toBe(0);
  });
});

describe("ranges of numbers", () => {
  it("are read as they are meant", () => {
    expect(parseSeeds("2000")).toEqual({ first: 1, last: 2_000 });
    expect(parseSeeds("7-7")).toEqual({ first: 7, last: 7 });
    expect(parseSeeds("501-700")).toEqual({ first: 501, last: 700 });
    expect(parseRange("--nodes", "5-9")).toEqual({ least: 5, most: 9 });
    expect(parseRange("--nodes", "100")).toEqual({ least: 100, most: 100 });
  });
});
