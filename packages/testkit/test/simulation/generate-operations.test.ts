import { describe, expect, it } from "vitest";
import { generateOperations } from "../../src/simulation/generate-operations.js";
import { describeOperation, LIES, type Operation } from "../../src/simulation/operation.js";

const many = (options: { onlyStarts?: boolean } = {}): Operation[][] =>
  Array.from({ length: 200 }, (_, seed) => generateOperations(seed, { nodes: 7, steps: 25, ...options }));

describe("generated operations", () => {
  it("are a function of the seed", () => {
    const options = { nodes: 7, steps: 25 };
    expect(generateOperations(5, options)).toEqual(generateOperations(5, options));
    expect(generateOperations(5, options)).not.toEqual(generateOperations(6, options));
  });

  it("are of all kinds, and each can be told in words", () => {
    const all = many().flat();
    const kinds = new Set(all.map(({ kind }) => kind));
    expect(kinds.size).toBe(18);
    expect(new Set(all.map(describeOperation)).size).toBeGreaterThan(kinds.size);
    for (const operation of all) expect(describeOperation(operation)).toMatch(/, then \d+ ms$/);
  });

  it("refer to nodes that there are", () => {
    for (const operation of many().flat()) {
      const numbers = JSON.stringify([
        "node" in operation ? operation.node : [],
        "nodes" in operation ? operation.nodes : [],
        "groups" in operation ? operation.groups : [],
      ]).match(/\d+/g);
      for (const number of numbers ?? []) expect(Number(number)).toBeLessThan(7);
    }
  });

  it("split nodes into groups of which none is empty and none overlap", () => {
    for (const operation of many().flat()) {
      if (operation.kind !== "partition") continue;
      expect(operation.groups.length).toBeGreaterThanOrEqual(2);
      for (const group of operation.groups) expect(group.length).toBeGreaterThan(0);
      const members = operation.groups.flat();
      expect(new Set(members).size).toBe(members.length);
    }
  });

  it("split them into two groups or three, with a bridge now and then, and let the registry lie in every way", () => {
    const all = many().flat();
    const splits = all.flatMap((operation) => (operation.kind === "partition" ? [operation.groups] : []));
    expect(new Set(splits.map((groups) => groups.length))).toEqual(new Set([2, 3]));
    expect(new Set(splits.map((groups) => 7 - groups.flat().length))).toEqual(new Set([0, 1]));
    const lies = all.flatMap((operation) => (operation.kind === "registry-lies" ? [operation.lists] : []));
    expect(new Set(lies)).toEqual(new Set(LIES));
  });

  it("start each node once and end none, if they are about a first start", () => {
    for (const operations of many({ onlyStarts: true })) {
      const started = operations.flatMap((operation) => (operation.kind === "start" ? [operation.node] : []));
      expect(started.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
      const ending = operations.filter(({ kind }) => ["kill", "power-off", "restart", "leave"].includes(kind));
      expect(ending).toEqual([]);
    }
  });
});
