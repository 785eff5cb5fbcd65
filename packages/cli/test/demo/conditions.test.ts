import { describe, expect, it } from "vitest";
import {
  allCalled,
  allEnded,
  allFound,
  allListen,
  allTold,
  allUp,
  clusterOf,
  isGone,
  lastSeen,
  lastTold,
  leaderHosts,
  nobodyFinds,
  oneLeader,
  sawAny,
  sawItGo,
} from "../../src/demo/conditions.js";
import { NodeView, type Sight } from "../../src/demo/node-view.js";

const address = (name: string) => `127.0.0.1:${1_000 + name.charCodeAt(0)}`;

/** Nodes that listen and know nobody. */
function nodes(...names: string[]): NodeView[] {
  return names.map((name) => {
    const view = new NodeView(name, 1);
    view.take({ kind: "listening", address: address(name), incarnation: "00aa" }, 0);
    sees(view, name, "joining");
    return view;
  });
}

function sees(view: NodeView, whom: string, what: Sight, at = 0): void {
  const state =
    what === "unreachable"
      ? ({ status: "up", reachability: "unreachable" } as const)
      : ({ status: what, reachability: "reachable" } as const);
  view.take({ kind: "member", member: { address: address(whom), ...state } }, at);
}

describe("what a step waits for", () => {
  it("listening: everybody has begun", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    expect(allListen([a, b])).toEqual([]);
    expect(allListen([a, new NodeView("C", 1)])).toEqual(["C does not listen yet"]);
  });

  it("finding: everybody's discovery lists everybody", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    a.take({ kind: "listed", addresses: [address("A"), address("B")] }, 0);
    expect(allFound([a, b])).toEqual(["B has not found A"]);
    b.take({ kind: "listed", addresses: [address("A")] }, 0);
    expect(allFound([a, b])).toEqual([]);
    expect(nobodyFinds([a], b)).toEqual(["A still finds B"]);
    a.take({ kind: "listed", addresses: [] }, 0);
    expect(nobodyFinds([a], b)).toEqual([]);
  });

  it("calling: everybody has an answer from everybody, until that one is no more", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    a.take({ kind: "called", address: address("B"), answer: "Hello" }, 0);
    expect(allCalled([a, b])).toEqual(["B has no answer from the greeter of A"]);
    b.take({ kind: "called", address: address("A"), answer: "Hello" }, 0);
    expect(allCalled([a, b])).toEqual([]);
    expect(allTold([a], b)).toEqual(["A has not been told that the greeter of B is no more"]);
    a.take({ kind: "watch-fired", address: address("B"), reason: "node-down" }, 7);
    expect(allTold([a], b)).toEqual([]);
    expect(lastTold([a], b)).toBe(7);
    expect(allCalled([a, b])).toEqual(["A has no answer from the greeter of B"]);
  });

  it("hosting: the leader has the singleton, and nobody else", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    for (const node of [a, b]) node.take({ kind: "leader", address: address("A") }, 0);
    expect(leaderHosts([a, b])).toEqual(["nobody has the singleton"]);
    b.take({ kind: "hosts", count: 0 }, 0);
    expect(leaderHosts([a, b])).toEqual(["B has the singleton, and sees A lead"]);
    b.take({ kind: "rests" }, 0);
    a.take({ kind: "hosts", count: 2 }, 0);
    expect(leaderHosts([a, b])).toEqual([]);
  });

  it("being up: everybody sees everybody up, itself included", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    for (const whom of ["A", "B"]) sees(a, whom, "up");
    expect(allUp([a, b])).toEqual(["B does not see A", "B sees itself joining, not up"]);
    for (const whom of ["A", "B"]) sees(b, whom, "up");
    expect(allUp([a, b])).toEqual([]);
  });

  it("leading: everybody follows the same one, who is there", () => {
    const [a, b, c] = nodes("A", "B", "C") as [NodeView, NodeView, NodeView];
    expect(oneLeader([a, b])).toEqual(["A sees nobody lead", "B sees nobody lead"]);
    a.take({ kind: "leader", address: address("A") }, 0);
    expect(oneLeader([a, b])).toEqual(["A sees A lead", "B sees nobody lead"]);
    b.take({ kind: "leader", address: address("A") }, 0);
    expect(oneLeader([a, b])).toEqual([]);
    c.take({ kind: "leader", address: address("A") }, 0);
    expect(oneLeader([b, c])).toEqual([`B sees ${address("A")} lead`, `C sees ${address("A")} lead`]);
  });

  it("going: somebody saw every status in order, and nobody has it any more", () => {
    const [a, b, gone] = nodes("A", "B", "G") as [NodeView, NodeView, NodeView];
    const statuses = ["leaving", "down", "removed"] as const;
    for (const status of ["up", ...statuses] as const) sees(a, "G", status);
    sees(b, "G", "up");
    sees(b, "G", "down");
    expect(sawItGo([a, b], gone, statuses)).toEqual(["B still sees G down"]);
    expect(clusterOf([a, b], 1)).toEqual(["B sees 2 members, not 1"]);
    sees(b, "G", "removed");
    expect(sawItGo([a, b], gone, statuses)).toEqual([]);
    expect(sawItGo([b], gone, statuses)).toEqual(["nobody saw G leaving, then down, then removed"]);
    expect(clusterOf([a, b], 1)).toEqual([]);
  });

  it("crashing: everybody noticed, by itself or by what became of it", () => {
    const [a, b, gone] = nodes("A", "B", "G") as [NodeView, NodeView, NodeView];
    const end = ["unreachable", "down", "removed"] as const;
    for (const view of [a, b]) sees(view, "G", "up");
    expect(sawAny([a, b], gone, end)).toEqual(["A does not see G unreachable", "B does not see G unreachable"]);
    for (const what of end) sees(a, "G", what);
    expect(sawAny([a, b], gone, end)).toEqual(["B does not see G unreachable"]);
    sees(b, "G", "down");
    expect(sawAny([a, b], gone, end)).toEqual([]);
    expect(sawItGo([a, b], gone, end)).toEqual(["B still sees G down"]);
    sees(b, "G", "removed");
    expect(sawItGo([a, b], gone, end)).toEqual([]);
    expect(sawItGo([b], gone, end)).toEqual(["nobody saw G unreachable, then down, then removed"]);
  });

  it("crashing: it took as long as the last one took to see it", () => {
    const [a, b, gone] = nodes("A", "B", "G") as [NodeView, NodeView, NodeView];
    expect(lastSeen([a, b], gone, "unreachable")).toBeUndefined();
    for (const [view, at] of [
      [a, 4],
      [b, 9],
    ] as const) {
      sees(view, "G", "up", 1);
      sees(view, "G", "unreachable", at);
    }
    sees(a, "G", "down", 1_004);
    expect(lastSeen([a, b], gone, "unreachable")).toBe(9);
    expect(lastSeen([a, b], gone, "down")).toBe(1_004);
  });

  it("crashing: the process has been ended by the kill", () => {
    const [a] = nodes("A") as [NodeView];
    expect(isGone(a)).toEqual(["process 1 of A is still there"]);
    a.exited({ code: 1, signal: null });
    expect(isGone(a)).toEqual(["process 1 of A had ended by itself"]);
    a.exited({ code: null, signal: "SIGKILL" });
    expect(isGone(a)).toEqual([]);
  });

  it("ending: everybody left of its own accord and gave everything back", () => {
    const [a] = nodes("A") as [NodeView];
    expect(allEnded([a])).toEqual(["A has not left"]);
    a.take({ kind: "ended", reason: "left" }, 0);
    expect(allEnded([a])).toEqual(["A has left, but its process has not ended by itself"]);
    a.exited({ code: 0, signal: null });
    expect(allEnded([a])).toEqual([]);
    a.exited({ code: null, signal: "SIGKILL" });
    expect(allEnded([a])).not.toEqual([]);
  });
});
