import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { unpackedPackages } from "./debian-packages.ts";
import { findProgram } from "./find-program.ts";
import { builtTool } from "./go-tools.ts";
import { findServer, REPORT_VARIABLE, REQUIRE_VARIABLE, readReport } from "./report.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "rollcall-servers-test-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

function setEnvironment(variable: string, value: string): void {
  vi.stubEnv(variable, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe("the report about servers", () => {
  async function reporting() {
    const file = join(await folder(), "report");
    setEnvironment(REPORT_VARIABLE, file);
    setEnvironment(REQUIRE_VARIABLE, "");
    return file;
  }

  const found = async () => ({ description: "1.2.3" });
  const missing = async () => {
    throw new Error("it is not installed");
  };

  it("names what was found and what was not, with the reason", async () => {
    const file = await reporting();
    expect(await findServer("b", found)).toEqual({ description: "1.2.3" });
    expect(await findServer("a", missing)).toBeUndefined();
    expect(readReport(file)).toEqual([
      { name: "a", skipped: "it is not installed" },
      { name: "b", real: "1.2.3" },
    ]);
  });

  it("has one line for a server that several files of tests use, and does not hide that one had to skip", async () => {
    const file = await reporting();
    for (const find of [found, missing, found]) await findServer("a", find);
    expect(readReport(file)).toEqual([{ name: "a", skipped: "it is not installed" }]);
  });

  it("fails the tests when a required server is missing", async () => {
    await reporting();
    setEnvironment(REQUIRE_VARIABLE, "b, a");
    await expect(findServer("a", missing)).rejects.toThrow("it is not installed");
    await expect(findServer("c", missing)).resolves.toBeUndefined();
  });

  it("is empty when nobody looked for a server", () => {
    expect(readReport("/nowhere/at/all")).toEqual([]);
  });
});

describe("Debian packages", () => {
  /** Tools that do as apt-get and dpkg would, and write down how they were called. */
  async function tools(aptGet: string) {
    const [bin, cache] = [await folder(), await folder()];
    const log = join(bin, "log");
    const script = (body: string) => `#!/bin/sh\necho "$0 $*" >> ${log}\n${body}\n`;
    await writeFile(join(bin, "apt-get"), script(aptGet));
    await writeFile(join(bin, "dpkg"), script('mkdir -p "$3/usr/bin" && echo x > "$3/usr/bin/$(basename "$2" .deb)"'));
    for (const tool of ["apt-get", "dpkg"]) await chmod(join(bin, tool), 0o755);
    setEnvironment("PATH", `${bin}:${process.env.PATH}`);
    const calls = async () => (await readFile(log, "utf8")).split("\n").filter((line) => line.includes("apt-get"));
    return { cache, calls };
  }

  it("are fetched and unpacked once", async () => {
    const { cache, calls } = await tools("touch one.deb two.deb");
    const root = await unpackedPackages("thing", ["one", "two"], cache);
    expect(await unpackedPackages("thing", ["one", "two"], cache)).toBe(root);
    expect((await readdir(join(root, "usr/bin"))).sort()).toEqual(["one", "two"]);
    expect(await calls()).toHaveLength(1);
    expect(await readdir(cache)).toEqual(["thing"]);
  });

  it("are fetched with package lists of our own when the machine has none", async () => {
    const { cache, calls } = await tools('case "$*" in *Lists*) touch one.deb;; *) exit 100;; esac');
    await unpackedPackages("thing", ["one"], cache);
    expect(await calls()).toEqual([
      expect.stringContaining("download one"),
      expect.stringContaining("update"),
      expect.stringContaining("download one"),
    ]);
  });

  it("that cannot be fetched leave nothing behind, and a reason", async () => {
    const { cache } = await tools("echo 'E: no network' >&2; exit 100");
    await expect(unpackedPackages("thing", ["one"], cache)).rejects.toThrow("E: no network");
    expect(await readdir(cache)).toEqual([]);
  });

  it("need apt-get and dpkg", async () => {
    const cache = await folder();
    setEnvironment("PATH", cache);
    await mkdir(join(cache, "empty"));
    await expect(unpackedPackages("thing", ["one"], cache)).rejects.toThrow("apt-get");
  });
});

/** A folder on PATH, alone, with programs that write down how they were called. */
async function programs(scripts: Readonly<Record<string, string>>) {
  const [bin, cache] = [await folder(), await folder()];
  const log = join(bin, "log");
  for (const [name, body] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >> ${log}\n${body}\n`, { mode: 0o755 });
  }
  setEnvironment("PATH", `${bin}:/usr/bin:/bin`);
  const calls = async () => (await readFile(log, "utf8")).split("\n").filter(Boolean);
  return { bin, cache, calls };
}

const GO = `case "$1" in
  env) echo go1.26.8;;
  build) while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\\necho built 1.2\\n' > "$2"; chmod +x "$2";;
esac`;
const TOOL = { name: "thing", module: "example.org/thing", version: "v1.2.0" };

describe("a program built from a Go module", () => {
  it("is built once, of the version that was asked for", async () => {
    const { cache, calls } = await programs({ go: GO });
    const path = await builtTool(TOOL, cache);
    expect(await Promise.all([builtTool(TOOL, cache), builtTool(TOOL, cache)])).toEqual([path, path]);
    const made = await calls();
    expect(made.filter((call) => call.startsWith("go get"))).toEqual(["go get example.org/thing@v1.2.0"]);
    expect(made.filter((call) => call.startsWith("go build"))).toHaveLength(1);
  });

  it("is built once also when several ask at the same time", async () => {
    const { cache, calls } = await programs({ go: GO });
    await Promise.all([1, 2, 3].map(() => builtTool(TOOL, cache)));
    expect((await calls()).filter((call) => call.startsWith("go build"))).toHaveLength(1);
  });

  it.each([
    ["there is no toolchain", {}, "no go on the path"],
    ["the toolchain is too old", { go: "echo go1.22.1" }, "go1.22.1"],
    ["it does not compile", { go: 'case "$1" in env) echo go1.26.8;; *) echo broken >&2; exit 1;; esac' }, "broken"],
  ])("is an error that says why when %s, and leaves nothing behind", async (_, scripts, message) => {
    const { cache } = await programs(scripts);
    await expect(builtTool(TOOL, cache)).rejects.toThrow(message);
    expect(await readdir(cache)).toEqual([]);
  });

  it("does not wait for whoever died while building", async () => {
    const { cache } = await programs({ go: GO });
    const lock = join(cache, ".lock");
    await writeFile(lock, "");
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock, longAgo, longAgo);
    expect(await builtTool(TOOL, cache)).toContain("thing-v1.2.0");
  });
});

describe("a server's program", () => {
  const sources = { program: "thing", versionArguments: ["--version"], go: TOOL };

  it("is the one on PATH, and the version it says", async () => {
    const { bin, cache } = await programs({ thing: "echo Thing 3.4", go: GO });
    const path = join(bin, "thing");
    expect(await findProgram(sources, { cache })).toEqual({ path, description: `Thing 3.4, ${path}` });
  });

  it("is built when the one on PATH is another version, or is to be ignored", async () => {
    const { cache } = await programs({ thing: "echo Thing 3.4", go: GO });
    const description = expect.stringContaining("built 1.2");
    const accepts = (version: string) => !version.includes("3.4");
    expect(await findProgram({ ...sources, accepts }, { cache })).toMatchObject({ description });
    expect(await findProgram(sources, { cache, ignoreInstalled: true })).toMatchObject({ description });
  });

  it("that cannot be had is an error with every reason", async () => {
    const { bin, cache } = await programs({
      thing: "echo Thing 3.4",
      "apt-get": "echo no network >&2; exit 1",
      go: "echo go1.20",
    });
    const debian = { packages: ["thing"], path: "usr/bin/thing" };
    const finding = findProgram({ ...sources, accepts: () => false, debian }, { cache });
    await expect(finding).rejects.toThrow(new RegExp(`${bin}/thing is another version; apt-get.*no network.*go1.20`));
  });
});
