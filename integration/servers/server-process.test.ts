import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/ports.ts";
import { Child } from "./child.ts";
import { which } from "./run.ts";
import { answers, ServerProcess } from "./server-process.ts";

const PROGRAM = fileURLToPath(new URL("programs/counter.ts", import.meta.url));
const STARTER = fileURLToPath(new URL("programs/starter.ts", import.meta.url));

async function startCounter() {
  const port = await freePort();
  const server = await ServerProcess.start("counter", (folder) => ({
    command: [process.execPath, PROGRAM, String(port), folder],
    ready: (_child, signal) => answers(() => fetch(`http://127.0.0.1:${port}`, { signal }), signal),
  }));
  onTestFinished(() => server[Symbol.asyncDispose]());
  const count = async (withinMs = 60_000) => {
    const response = await fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(withinMs) });
    return Number(await response.text());
  };
  return { server, count };
}

describe("a server", () => {
  it("comes back after kill -9 on its port, with what it knew", async () => {
    const { server, count } = await startCounter();
    const before = await count();
    await server.kill();
    await expect(count()).rejects.toThrow();
    await server.start();
    expect(await count()).toBeGreaterThan(before);
  });

  it("answers nothing while it is paused, and everything when it goes on", async () => {
    const { server, count } = await startCounter();
    server.pause();
    await expect(count(200)).rejects.toThrow(/timeout/);
    const asked = count();
    server.resume();
    expect(await asked).toBeGreaterThan(0);
  });

  it("is stopped also when it is paused, or has ended already", async () => {
    const { server } = await startCounter();
    server.pause();
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it.skipIf(which("setpriv") === undefined)("ends with whoever started it, however that ends", async () => {
    const starter = new Child([process.execPath, STARTER, PROGRAM]);
    onTestFinished(() => starter.kill());
    const url = await starter.line((line) => line.startsWith("http:"));
    expect((await fetch(url)).ok).toBe(true);
    await starter.kill("SIGKILL");
    await expect
      .poll(
        () =>
          fetch(url).then(
            () => "there",
            () => "gone",
          ),
        { timeout: 60_000 },
      )
      .toBe("gone");
  });

  it("that ends before it is ready is an error with what it wrote", async () => {
    const starting = ServerProcess.start("counter", () => ({
      command: [process.execPath, "-e", "console.error('no such option')"],
      ready: () => new Promise(() => {}),
    }));
    await expect(starting).rejects.toThrow(/ended before it was ready; it wrote:\nno such option/);
  });
});
