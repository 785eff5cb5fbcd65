import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@rollcall/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSettled } from "../src/settled-file.js";

const SETTLE_MS = 100;
const KNOWN = "a:1\n";

/** A clock that jumps to whatever is waited for, doing on the way what a script says should happen by then. */
class ScriptedClock implements Clock {
  readonly #script: [atMs: number, act: () => void][];
  #now = 0;

  constructor(script: Record<number, () => void>) {
    this.#script = Object.entries(script).map(([at, act]) => [Number(at), act]);
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void) {
    const immediate = setImmediate(() => {
      this.#now += delayMs;
      while (this.#script[0] && this.#script[0][0] <= this.#now) this.#script.shift()?.[1]();
      callback();
    });
    return { cancel: () => clearImmediate(immediate) };
  }
}

describe("a file that changes is read once it stays the same", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "rollcall-settled-"));
    file = join(directory, "nodes");
    writeFileSync(file, KNOWN);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (text: string) => () => writeFileSync(file, text);

  /** What is read after `first` has happened, and when, if the rest happens at the given milliseconds. */
  async function read(
    first: () => void,
    script: Record<number, () => void> = {},
    signal = new AbortController().signal,
  ) {
    first();
    const clock = new ScriptedClock(script);
    const looksCutOff = (text: string) => !text.endsWith("\n");
    const options = { name: "static(nodes)", file, settleMs: SETTLE_MS, clock, signal, looksCutOff };
    return { text: await readSettled(options, KNOWN), atMs: clock.now() };
  }

  it("at once when it is as it was", async () => {
    expect(await read(() => {})).toEqual({ text: KNOWN, atMs: 0 });
  });

  it("after settleMs when it was replaced", async () => {
    expect(await read(write("b:2\n"))).toEqual({ text: "b:2\n", atMs: SETTLE_MS });
  });

  it("not empty, when it is truncated first and written later", async () => {
    expect(await read(write(""), { 300: write("a:1\nb:2\n") })).toEqual({ text: "a:1\nb:2\n", atMs: 400 });
  });

  it("not by half, when its last line has no end yet", async () => {
    expect(await read(write("a:1\nb:73"), { 500: write("a:1\nb:7337\n") })).toEqual({
      text: "a:1\nb:7337\n",
      atMs: 600,
    });
  });

  it("not while it is being written line by line", async () => {
    const script = Object.fromEntries([1, 2, 3, 4, 5].map((n) => [n * 50, write("a:1\n".repeat(n + 1))]));
    expect(await read(write("a:1\n\n"), script)).toEqual({ text: "a:1\n".repeat(6), atMs: 350 });
  });

  it("also when it stays without an end, after ten times as long", async () => {
    expect(await read(write("b:2"))).toEqual({ text: "b:2", atMs: 10 * SETTLE_MS });
  });

  it("also when it stays empty", async () => {
    expect(await read(write(""))).toEqual({ text: "", atMs: 10 * SETTLE_MS });
  });

  it("when it is away for a moment, as between an editor's two renames", async () => {
    const away = () => renameSync(file, `${file}~`);
    expect(await read(away, { 200: write("b:2\n") })).toEqual({ text: "b:2\n", atMs: 300 });
  });

  it("when it came back as it was, without a word", async () => {
    expect(await read(write(""), { 50: write(KNOWN) })).toEqual({ text: KNOWN, atMs: 50 });
  });

  it("and fails when it stays away, with an error that is worth trying again", async () => {
    await expect(read(() => rmSync(file))).rejects.toMatchObject({
      code: "MISCONFIGURED",
      retryable: true,
      message: expect.stringContaining(file),
      cause: { code: "ENOENT" },
    });
  });

  it("and fails when a directory has taken its place", async () => {
    const replace = () => {
      rmSync(file);
      mkdirSync(file);
    };
    await expect(read(replace)).rejects.toMatchObject({ code: "MISCONFIGURED", retryable: false });
  });

  it("in the end even if it never stays the same, as long as it looks complete", async () => {
    const script = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [n * 50, write(`a:${n + 1}\n`)]));
    const { text, atMs } = await read(write("b:2\n"), script);
    expect(text).toMatch(/^a:\d+\n$/);
    expect(atMs).toBe(100 * SETTLE_MS);
  });

  it("or not at all when the signal aborts", async () => {
    const abort = new AbortController();
    expect(await read(write(""), { 200: () => abort.abort() }, abort.signal)).toEqual({ text: undefined, atMs: 200 });
  });

  it("behind a link that is swapped, as Kubernetes does with ConfigMaps", async () => {
    const swap = () => {
      mkdirSync(join(directory, "..2"));
      writeFileSync(join(directory, "..2/nodes"), "b:2\n");
      symlinkSync("..2", join(directory, "..data.new"));
      renameSync(join(directory, "..data.new"), join(directory, "..data"));
    };
    mkdirSync(join(directory, "..1"));
    renameSync(file, join(directory, "..1/nodes"));
    symlinkSync("..1", join(directory, "..data"));
    symlinkSync("..data/nodes", file);
    expect(readFileSync(file, "utf8")).toBe(KNOWN);
    expect(await read(swap)).toEqual({ text: "b:2\n", atMs: SETTLE_MS });
  });
});
