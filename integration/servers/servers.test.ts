import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { unpackedPackages } from "./debian-packages.ts";
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
