import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleSearch } from "./lib/bundle.ts";
import { type WatchOptions, watch } from "./lib/watch.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-fuzz-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Searches a target that was made to go wrong. */
async function search(toy: string, options: Partial<WatchOptions> = {}) {
  const program = join(folder, `${toy}.mjs`);
  await bundleSearch(`./toys/${toy}.ts`, [`integration/fuzz/toys/${toy}.ts`], program);
  return await watch(program, {
    ...{ seed: 1, runs: 1_000_000, forMs: undefined, inputs: [], only: false },
    ...{ signal: new AbortController().signal, onLook: () => {} },
    ...options,
  });
}

describe("a search", () => {
  it("finds by their branches what chance would not, and shortens it", async () => {
    const { runs, finding, covered } = await search("nested");
    expect(Buffer.from(finding?.input ?? []).toString()).toBe("ROL!");
    expect(finding?.error).toContain("The four bytes were found.");
    // Four given bytes are one in four thousand million.
    expect(runs).toBeLessThan(1_000_000);
    // All but the one that ended the search.
    expect(covered).toEqual([{ path: "integration/fuzz/toys/nested.ts", branches: 8, branchesTaken: 7 }]);
  });

  it("does the same with the same seed", async () => {
    const [one, again] = [await search("nested"), await search("nested")];
    expect({ ...one, slowestMs: 0 }).toEqual({ ...again, slowestMs: 0 });
  });

  it("finds an input at which the code never ends", async () => {
    const { finding } = await search("endless", { hangsAfterMs: 5_000 });
    expect(finding?.error).toBe("It has not ended for 5 s.");
    expect(finding?.input).toContain(0xff);
  });

  it("finds that something went wrong afterwards", async () => {
    const { finding } = await search("late");
    expect(finding?.error).toContain("Nobody handles this.");
  });

  it("runs one input and no other, if that is all that is wanted", async () => {
    const { runs, outcomes } = await search("nested", { inputs: [Buffer.from("ROL?")], only: true });
    expect([runs, ...outcomes]).toEqual([1, ["fine", 1]]);
  });

  it("ends when it is told to, whatever it is at", async () => {
    const interrupted = new AbortController();
    const { runs, finding } = await search("endless", {
      ...{ signal: interrupted.signal, inputs: [Buffer.of(0xff)], only: true },
      onLook: (begun) => {
        if (begun > 0) interrupted.abort();
      },
    });
    expect([runs, finding]).toEqual([1, undefined]);
  });
});
