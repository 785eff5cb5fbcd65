import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program; sends it SIGINT once it has written something that matches. */
async function run(args: string[], interruptAt?: RegExp): Promise<Outcome> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args]);
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

describe("npm run fuzz", () => {
  it("searches one target with so many inputs, and says how much of it they have reached", async () => {
    const { code, stdout, stderr } = await run(["gossip", "--runs", "2000", "--seed", "7"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^gossip: 2000 inputs in .* branches \(\d+ %\)/m);
    expect(stdout).toContain("refused ");
    expect(code).toBe(0);
  });

  it("runs one input and shows what comes of it", async () => {
    const file = fileURLToPath(new URL("findings/gossip/status-that-every-array-has.bin", import.meta.url));
    const { code, stdout } = await run(["gossip", "--replay", file]);
    expect(stdout).toBe("gossip, 62 bytes: refused\n");
    expect(code).toBe(0);
  });

  it("ends at Ctrl-C with what it has", async () => {
    const { code, stdout } = await run(["frames", "gossip", "--seconds", "100000"], /frames: searching/);
    expect(code).toBe(130);
    expect(stdout).not.toContain("gossip:");
  });

  it.each([
    [["everything"], "There is no target everything"],
    [["toString"], "There is no target toString"],
    [["--seconds", "soon"], "--seconds takes a whole number"],
    [["--seconds", "5", "--runs", "5"], "not both"],
    [["--replay", "x"], "--replay takes one target"],
    [["gossip", "--replay", "no-such-file"], "no-such-file"],
    [["--fast"], "--fast"],
  ])("says what is wrong with %j, and how to use it", async (args, complaint) => {
    const { code, stderr } = await run(args);
    expect(stderr).toContain(complaint);
    expect(stderr).toContain("npm run fuzz -- [target …] [options]");
    expect(code).toBe(2);
  });

  it("explains itself, with all targets", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(stdout).toContain("--seconds 600");
    expect(stdout).toMatch(/^ {2}gossip +gossip among members$/m);
    expect(code).toBe(0);
  });
});
