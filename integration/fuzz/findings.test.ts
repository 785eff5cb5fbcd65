import { describe, expect, it } from "vitest";
import { readCorpus, readFindings } from "./lib/inputs.ts";
import { TARGETS, type Target } from "./lib/target.ts";

const targets = await Promise.all(
  Object.keys(TARGETS).map(async (name) => {
    const { target } = (await import(`./targets/${name}.ts`)) as { readonly target: Target };
    return [name, target] as const;
  }),
);

describe.each(targets)("what reads %s", (name, target) => {
  it("takes each of the inputs that it is tried with first for what it is", async () => {
    for (const seed of target.seeds) expect(await target.run(Buffer.from(seed))).not.toMatch(/refused|somebody else/);
  });

  it("stands what searches have kept", async () => {
    const outcomes = new Set<string>();
    for (const input of readCorpus(name)) outcomes.add(await target.run(Buffer.from(input)));
    // Otherwise not much would have been tried.
    expect(outcomes.size).toBeGreaterThan(1);
  });

  it.each(readFindings(name))("stands what it did not stand once: %s", async (_, input) => {
    expect(await target.run(Buffer.from(input))).toBeTypeOf("string");
  });
});
