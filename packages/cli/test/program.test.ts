import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Command, OptionValues } from "../src/command.js";
import { UsageError } from "../src/command.js";
import { runProgram } from "../src/program.js";
import { MemoryTerminal } from "./support/memory-terminal.js";

/** A command that remembers what it was called with. */
class Greet implements Command {
  readonly name = "greet";
  readonly summary = "Says hello.";
  readonly description = "Says hello to somebody.";
  readonly options = {
    whom: { type: "string", short: "w", value: "NAME", help: "To whom." },
    loud: { type: "boolean", short: "l", help: "Loudly." },
  } as const;
  values: OptionValues | undefined;

  async run(values: OptionValues): Promise<number> {
    this.values = values;
    if (values.whom === "nobody") throw new UsageError("there has to be somebody");
    if (values.whom === "crash") throw new TypeError("a bug");
    return values.loud === true ? 1 : 0;
  }
}

async function call(...args: string[]) {
  const terminal = new MemoryTerminal();
  const greet = new Greet();
  const code = await runProgram(args, terminal, [greet]);
  return { code, values: greet.values, out: terminal.out, err: terminal.err };
}

describe("the program", () => {
  it("runs a command with what was given and ends with its exit code", async () => {
    expect(await call("greet", "--whom", "Ada", "-l")).toMatchObject({
      code: 1,
      values: { whom: "Ada", loud: true },
      out: "",
      err: "",
    });
    expect(await call("greet", "-wAda")).toMatchObject({ code: 0, values: { whom: "Ada" } });
    expect(await call("greet", "--whom=--loud")).toMatchObject({ code: 0, values: { whom: "--loud" } });
  });

  it.each([["--help"], ["-h"], ["help"]])("lists its commands with %s", async (flag) => {
    const { code, out, err } = await call(flag);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^Usage: rollcall <command>/);
    expect(out).toContain("greet  Says hello.");
  });

  it.each([["--help"], ["-h"]])("says how a command is used with %s and does nothing else", async (flag) => {
    const { code, out, err, values } = await call("greet", "--loud", flag);
    expect({ code, err, values }).toEqual({ code: 0, err: "", values: undefined });
    expect(out).toMatch(/^Usage: rollcall greet \[options\]\n\nSays hello to somebody\./);
    expect(out).toMatch(/-w, --whom NAME {2}To whom\.\n {2}-l, --loud {7}Loudly\.\n {2}-h, --help/);
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await call("--version")).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it("says what it can do, with code 2, when it is not told what to do", async () => {
    const { code, out, err } = await call();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^Usage: rollcall/);
  });

  it.each([
    [["gret"], 'there is no command "gret"; did you mean greet?'],
    [["unheard-of"], 'there is no command "unheard-of"\n'],
    [["--loud"], "unknown option --loud"],
    [["greet", "--whon", "Ada"], "unknown option --whon; did you mean --whom?"],
    [["greet", "--who", "Ada"], "unknown option --who; did you mean --whom?"],
    [["greet", "--entirely-else"], "unknown option --entirely-else\n"],
    [["greet", "-x"], "unknown option -x\n"],
    [["greet", "--whom"], "the value is missing: --whom NAME"],
    [["greet", "--whom="], "the value is missing: --whom NAME"],
    [["greet", "--loud=yes"], "--loud takes no value"],
    [["greet", "Ada"], 'unexpected argument "Ada"'],
    [["greet", "--", "Ada"], 'unexpected argument "Ada"'],
    [["greet", "--whom", "nobody"], "there has to be somebody"],
  ])("refuses %j with code 2 and says why", async (args, why) => {
    const { code, out, err } = await call(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });

  it("does not take a bug for a mistake on the command line", async () => {
    await expect(call("greet", "--whom", "crash")).rejects.toThrow("a bug");
  });
});
