import { appendFile, chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiscoveryError, Listing } from "@rollcall/core";
import { formatEndpoint } from "@rollcall/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type StaticFileOptions, staticDiscovery } from "../src/index.js";

let directory: string;
let file: string;
let abort: AbortController;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "rollcall-static-"));
  file = join(directory, "nodes");
  abort = new AbortController();
});
afterEach(async () => {
  abort.abort();
  await rm(directory, { recursive: true });
});

/** Quick to notice through the operating system, and never by polling. */
const make = (options: Partial<StaticFileOptions> = {}) =>
  staticDiscovery({ file, settleMs: 5, pollMs: 600_000, ...options });

const places = (listing: Listing | undefined) => listing?.map(formatEndpoint).sort();

async function write(text: string): Promise<void> {
  await writeFile(file, text);
  const before = new Date(Date.now() - 60_000); // as if it had long been there
  await utimes(file, before, before);
}

describe("what a file says", () => {
  it.each([
    ["lines", undefined, "a:1 # first\n\nb:2\n"],
    ["lines that begin with an IPv6 address", undefined, "[::1]:1\nb:2\n"],
    ["an array, by its looks", undefined, '["a:1", {"host": "b", "port": 2}]'],
    ["an object, by its looks", undefined, '{ "instances": ["a:1", "b:2"] }'],
    ["JSON, by option", "json", '["a:1", "b:2"]'],
  ] as const)("is read as %s", async (_, format, text) => {
    await write(text);
    const listing = await make(format ? { format } : {}).lookup();
    expect(listing).toHaveLength(2);
    expect(places(listing)).toContain("b:2");
  });

  it("is read as JSON when the name ends so", async () => {
    file = join(directory, "nodes.JSON");
    await write("a:1\n");
    await expect(make().lookup()).rejects.toMatchObject({ code: "MISCONFIGURED" });
  });

  it("may leave out ports when there is a default", async () => {
    await write("a\n");
    expect(places(await make({ defaultPort: 7337 }).lookup())).toEqual(["a:7337"]);
  });

  it("keeps ids and metadata from JSON", async () => {
    const instance = { host: "a", port: 1, id: "x", metadata: { zone: "1" } };
    await write(JSON.stringify([instance]));
    expect(await make().lookup()).toEqual([instance]);
  });

  it("is nobody when it is empty", async () => {
    await write("");
    expect(await make().lookup()).toEqual([]);
  });

  it("is a mistake when it is empty and should be JSON", async () => {
    await write("");
    await expect(make({ format: "json" }).lookup()).rejects.toMatchObject({
      code: "MISCONFIGURED",
      retryable: true,
      message: expect.stringContaining(`${file} is not usable`),
    });
  });

  it("is reported where it cannot be read, with file and line", async () => {
    await write("a:1\nb\n");
    const problems: DiscoveryError[] = [];
    const listing = await make().lookup({ report: (problem) => problems.push(problem) });
    expect(places(listing)).toEqual(["a:1"]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(`static(${file}): line 2: "b" is not an endpoint`),
    ]);
  });
});

describe("a file that is not there", () => {
  it("is a failure that is worth trying again", async () => {
    const failure = { code: "MISCONFIGURED", retryable: true, adapter: `static(${file})` };
    await expect(make().lookup()).rejects.toMatchObject(failure);
    await expect(make().subscribe()[Symbol.asyncIterator]().next()).rejects.toMatchObject(failure);
  });

  it("is found once it has been written", async () => {
    const discovery = make();
    await expect(discovery.lookup()).rejects.toThrow();
    await write("a:1\n");
    expect(places(await discovery.lookup())).toEqual(["a:1"]);
  });

  it.skipIf(process.getuid?.() === 0)("is told apart from one that may not be read", async () => {
    await write("a:1\n");
    await chmod(file, 0);
    await expect(make().lookup()).rejects.toMatchObject({ code: "FORBIDDEN", retryable: false });
  });
});

describe("a subscription notices, without waiting for a poll, that", () => {
  /** Reads on until these are listed, and gives every listing on the way. */
  async function reading(options: Partial<StaticFileOptions> = {}) {
    const iterator = make(options).subscribe({ signal: abort.signal })[Symbol.asyncIterator]();
    const seen: (string[] | undefined)[] = [];
    const until = async (...expected: string[]) => {
      do seen.push(places((await iterator.next()).value));
      while (seen.at(-1)?.join() !== expected.join());
      return seen.splice(0);
    };
    await until("a:1");
    return { until, iterator };
  }

  it("another file took its place", async () => {
    await write("a:1\n");
    const { until } = await reading();
    await writeFile(`${file}.new`, "a:1\nb:2\n");
    await rename(`${file}.new`, file);
    expect(await until("a:1", "b:2")).toHaveLength(1);
  });

  it("it was written over", async () => {
    await write("a:1\n");
    const { until } = await reading();
    await writeFile(file, "b:2\n");
    expect(await until("b:2")).toHaveLength(1);
  });

  it("something was appended", async () => {
    await write("a:1\n");
    const { until } = await reading();
    await appendFile(file, "b:2\n");
    expect(await until("a:1", "b:2")).toHaveLength(1);
  });

  it("it was truncated and then written, and lists nothing in between", async () => {
    await write("a:1\n");
    const { until } = await reading({ settleMs: 200 });
    await writeFile(file, "");
    await writeFile(file, "a:1\nb:2\n");
    expect(await until("a:1", "b:2")).toHaveLength(1);
  });

  it("it was emptied for good", async () => {
    await write("a:1\n");
    const { until } = await reading();
    await writeFile(file, "");
    expect(await until()).toHaveLength(1);
  });

  it("the link of a ConfigMap was swapped", async () => {
    for (const [version, text] of Object.entries({ "..1": "a:1\n", "..2": "b:2\n" })) {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, "nodes"), text);
    }
    await symlink("..1", join(directory, "..data"));
    await symlink("..data/nodes", file);
    const { until } = await reading();
    await symlink("..2", join(directory, "..data_tmp"));
    await rename(join(directory, "..data_tmp"), join(directory, "..data"));
    await rm(join(directory, "..1"), { recursive: true });
    expect(await until("b:2")).toHaveLength(1);
  });

  it("it was removed, and then fails", async () => {
    await write("a:1\n");
    const { iterator } = await reading();
    await rm(file);
    await expect(iterator.next()).rejects.toMatchObject({ code: "MISCONFIGURED", retryable: true });
  });

  it("it is no longer JSON, and then fails rather than list nobody", async () => {
    await write('["a:1"]');
    const { iterator } = await reading();
    await writeFile(file, '["a:1", ');
    await expect(iterator.next()).rejects.toMatchObject({ code: "MISCONFIGURED", retryable: true });
  });
});

describe("what the operating system does not tell of", () => {
  it("is noticed by polling, such as a change behind a link to another directory", async () => {
    const elsewhere = join(directory, "elsewhere");
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, "nodes"), "a:1\n");
    await symlink("elsewhere/nodes", file);
    const iterator = make({ pollMs: 20 }).subscribe({ signal: abort.signal })[Symbol.asyncIterator]();
    expect(places((await iterator.next()).value)).toEqual(["a:1"]);
    await writeFile(join(elsewhere, "nodes"), "b:2\n");
    expect(places((await iterator.next()).value)).toEqual(["b:2"]);
  });

  it("is noticed by polling when directories cannot be watched, which is reported", async () => {
    await write("a:1\n");
    const problems: DiscoveryError[] = [];
    watching.fails = true;
    const request = { signal: abort.signal, report: (problem: DiscoveryError) => void problems.push(problem) };
    const iterator = make({ pollMs: 20 }).subscribe(request)[Symbol.asyncIterator]();
    await iterator.next();
    watching.fails = false;
    await writeFile(file, "b:2\n");
    expect(places((await iterator.next()).value)).toEqual(["b:2"]);
    expect(problems.map(({ message }) => message)).toEqual([
      `static(${file}): cannot watch ${directory} (ENOSPC: no inotify left); changes are noticed by reading every 20 ms.`,
    ]);
  });
});

const watching = vi.hoisted(() => ({ fails: false }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const watch = ((...args: Parameters<typeof fs.watch>) => {
    if (watching.fails) throw new Error("ENOSPC: no inotify left");
    return fs.watch(...args);
  }) as typeof fs.watch;
  return { ...fs, watch };
});
