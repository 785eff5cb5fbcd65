import type { DiscoveryError, InstanceLike } from "@rollcall/core";
import { describe, expect, it } from "vitest";
import { looksLikeJson, parseJson, parseLines, parseWords, readable } from "../src/node-list.js";

describe("lines", () => {
  it("are numbered as in the file, comments and blank lines included", () => {
    const text = "# the first three\n\na:1  # near the door\n\t b:2\r\n#c:3\n[::1]:4";
    expect(parseLines(text)).toEqual([
      { entry: "a:1", where: "line 3" },
      { entry: "b:2", where: "line 4" },
      { entry: "[::1]:4", where: "line 6" },
    ]);
  });

  it("of nothing but comments list nobody", () => {
    expect(parseLines("# nobody yet\n")).toEqual([]);
  });
});

describe("words", () => {
  it("are parted by commas, spaces, line ends or several of them", () => {
    expect(parseWords(" a:1, b:2  c:3,\n[fe80::1%eth0]:4 ,").map(({ entry }) => entry)).toEqual([
      "a:1",
      "b:2",
      "c:3",
      "[fe80::1%eth0]:4",
    ]);
  });

  it("are counted from one", () => {
    expect(parseWords("a:1,b:2")[1]?.where).toBe("entry 2");
  });
});

describe("JSON", () => {
  const instance = { host: "b", port: 2, id: "x" };

  it("is an array of texts and instances", () => {
    expect(parseJson(JSON.stringify(["a:1", instance]))).toEqual([
      { entry: "a:1", where: "instances[0]" },
      { entry: instance, where: "instances[1]" },
    ]);
  });

  it("or an object with such an array", () => {
    expect(parseJson(JSON.stringify({ instances: ["a:1"] }))).toEqual([{ entry: "a:1", where: "instances[0]" }]);
  });

  it.each(["", "nul", "[1,", "{}", "null", "7", '{"instances":{}}'])("%j is not usable", (text) => {
    expect(() => parseJson(text)).toThrow();
  });

  it.each([
    ['["a:1"]', true],
    ["[]", true],
    ["[", true],
    ['\n { "instances"', true],
    ["[\n  {", true],
    ["[::1]:7337", false],
    ["[fe80::1]:7337\n", false],
    ["a:1", false],
    ["", false],
  ])("%j is taken for JSON: %j", (text, expected) => {
    expect(looksLikeJson(text)).toBe(expected);
  });
});

describe("an entry that cannot be read", () => {
  function read(entry: unknown, defaultPort?: number) {
    const problems: DiscoveryError[] = [];
    const options = { name: "static(nodes)", ...(defaultPort === undefined ? {} : { defaultPort }) };
    const instances = readable([{ entry: entry as InstanceLike, where: "line 3" }], options, (problem) =>
      problems.push(problem),
    );
    return { instances, problems };
  }

  it.each(["a", "a:0", "a:65536", "a:b:c", ":7337", "[::1", { host: "a" }, { host: "", port: 1 }, null, 7])(
    "such as %j is left out, and reported with the place where it is written",
    (entry) => {
      const { instances, problems } = read(entry);
      expect(instances).toEqual([]);
      expect(problems).toMatchObject([{ code: "MALFORMED_RECORD", adapter: "static(nodes)" }]);
      expect(problems[0]?.message).toMatch(/^static\(nodes\): line 3: .+/);
    },
  );

  it("is one without a port, unless there is a default port", () => {
    expect(read("a").instances).toEqual([]);
    expect(read("a", 7337)).toEqual({ instances: [{ host: "a", port: 7337 }], problems: [] });
  });
});
