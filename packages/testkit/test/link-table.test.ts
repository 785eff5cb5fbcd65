import { describe, expect, it } from "vitest";
import { LinkTable } from "../src/link-table.js";

const usual = () => 1;
const slow = () => 100;
const table = () => new LinkTable({ latency: usual, loss: 0, duplication: 0 });

describe("the links of a network", () => {
  it("are all the same until something is said of some", () => {
    expect(table().between("a", "b")).toEqual({ cut: false, latency: usual, loss: 0, duplication: 0 });
  });

  it("can differ between groups of hosts, both ways or one way", () => {
    const links = table();
    links.add({ from: ["a"], to: ["b", "c"] }, { loss: 0.5 });
    links.add({ from: ["d"], to: ["a"], direction: "one-way" }, { cut: true });
    expect(links.between("a", "c").loss).toBe(0.5);
    expect(links.between("c", "a").loss).toBe(0.5);
    expect(links.between("b", "c").loss).toBe(0);
    expect([links.between("d", "a").cut, links.between("a", "d").cut]).toEqual([true, false]);
  });

  it("can differ for all that one host says and hears, and for everybody", () => {
    const links = table();
    links.add({}, { latency: slow });
    links.add({ from: ["a"] }, { loss: 0.1 });
    expect(links.between("b", "c")).toEqual({ cut: false, latency: slow, loss: 0, duplication: 0 });
    expect(links.between("c", "a")).toEqual({ cut: false, latency: slow, loss: 0.1, duplication: 0 });
  });

  it("have what was said last, each aspect by itself, until that is taken back", () => {
    const links = table();
    links.add({}, { loss: 0.1 });
    const undo = links.add({ from: ["a"] }, { loss: 0.2, latency: slow });
    links.add({ from: ["a"] }, { cut: true });
    expect(links.between("a", "b")).toEqual({ cut: true, latency: slow, loss: 0.2, duplication: 0 });
    undo();
    undo();
    expect(links.between("a", "b")).toEqual({ cut: true, latency: usual, loss: 0.1, duplication: 0 });
    links.remove("cut");
    expect(links.between("a", "b")).toEqual({ cut: false, latency: usual, loss: 0.1, duplication: 0 });
  });

  it("tell by their version that something changed", () => {
    const links = table();
    const versions = [links.version];
    const undo = links.add({}, { loss: 0.1 });
    versions.push(links.version);
    undo();
    versions.push(links.version);
    expect(new Set(versions).size).toBe(3);
  });
});
