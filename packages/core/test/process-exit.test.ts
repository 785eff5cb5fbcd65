import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";

/** Runs a program on core in a process of its own. */
function run(program: string) {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `import * as core from "./src/index.ts";\n${program}`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const code = outputFiles[0]?.text ?? "";
  return spawnSync(process.execPath, ["--input-type=module", "-"], { input: code, encoding: "utf8", timeout: 20_000 });
}

/** A stack of everything, on a source that is polled every minute and one that is down. */
const STACK = `
  const polled = core.defineDiscovery({ name: "polled", pollMs: 60_000, lookup: async () => ["a:1"] });
  const down = core.defineDiscovery({ name: "down", lookup: async () => { throw new Error("down"); } });
  const merged = core.merge([polled, core.fallback([down, core.inMemoryDiscovery(["b:1"])], {})], {});
  const stack = core.supervise(core.debounce(core.map(merged, (instance) => instance), 60_000));
`;

describe("a process", () => {
  it.each([
    ["break", "for await (const listing of stack.subscribe()) break;"],
    [
      "abort",
      `const abort = new AbortController();
       for await (const listing of stack.subscribe({ signal: abort.signal })) abort.abort();`,
    ],
    [
      "dispose",
      `await stack.announce({ host: "self", port: 1 });
       for await (const listing of stack.subscribe()) void stack[Symbol.asyncDispose]();`,
    ],
    ["a lookup that was answered", "await stack.lookup();"],
    ["nothing but being made", ""],
  ])("is kept alive by no timer after %s", (_, use) => {
    const { status, signal, stdout, stderr } = run(`${STACK}\n${use}\nconsole.log("done");`);
    expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: "done\n", stderr: "" });
  });

  it("is kept alive by a subscription that waits for its next poll", () => {
    const { stdout, status } = run(`
      const polled = core.defineDiscovery({ name: "polled", pollMs: 200, lookup: async () => ["a:" + Date.now() % 60_000] });
      let seen = 0;
      for await (const listing of polled.subscribe()) if (++seen === 3) break;
      console.log("saw three");
    `);
    expect([stdout, status]).toEqual(["saw three\n", 0]);
  });
});
