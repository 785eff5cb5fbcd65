import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addLine, removeLine } from "../../../src/demo/node/endpoint-file.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rollcall-cli-test-"));
  file = join(folder, "nodes.txt");
  writeFileSync(file, "# nodes\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lines = () => readFileSync(file, "utf8").split("\n");

describe("the file in which nodes list themselves", () => {
  it("gains and loses whole lines, and keeps its comment", async () => {
    await addLine(file, "127.0.0.1:1");
    await addLine(file, "127.0.0.1:2");
    await removeLine(file, "127.0.0.1:1");
    expect(lines()).toEqual(["# nodes", "127.0.0.1:2", ""]);
    await removeLine(file, "127.0.0.1:2");
    await removeLine(file, "127.0.0.1:2");
    expect(lines()).toEqual(["# nodes", ""]);
  });

  it("loses nothing when many add and remove at once, and nothing else is left in the folder", async () => {
    const all = Array.from({ length: 20 }, (_, index) => `127.0.0.1:${index + 1}`);
    await Promise.all(all.slice(0, 10).map((line) => addLine(file, line)));
    await Promise.all([
      ...all.slice(0, 10).map((line) => removeLine(file, line)),
      ...all.slice(10).map((line) => addLine(file, line)),
    ]);
    expect(lines().toSorted()).toEqual(["", "# nodes", ...all.slice(10)].toSorted());
    expect(readdirSync(folder)).toEqual(["nodes.txt"]);
  });

  it("does not wait for ever for somebody who died while changing it", async () => {
    writeFileSync(`${file}.lock`, "");
    await addLine(file, "127.0.0.1:1");
    expect(lines()).toContain("127.0.0.1:1");
  });

  it("is not made again when it has been removed with its folder", async () => {
    rmSync(folder, { recursive: true });
    await expect(addLine(file, "127.0.0.1:1")).rejects.toThrow("ENOENT");
    await expect(removeLine(file, "127.0.0.1:1")).rejects.toThrow("ENOENT");
  });
});
