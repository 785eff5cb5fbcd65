import type { MemberStatus } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import {
  allEnded,
  allFound,
  allListen,
  allUp,
  clusterOf,
  nobodyFinds,
  oneLeader,
  sawItGo,
} from "../../src/demo/conditions.js";
import { NodeView } from "../../src/demo/node-view.js";

const address = (name: string) => `127.0.0.1:${1_000 + name.charCodeAt(0)}`;

/** Nodes that listen and know nobody. */
function nodes(...names: string[]): NodeView[] {
  return names.map((name) => {
    const view = new NodeView(name, 1);
    view.take({ kind: "listening", address: address(name) });
    sees(view, name, "joining");
    return view;
  });
}

function sees(view: NodeView, whom: string, status: MemberStatus): void {
  view.take({ kind: "member", member: { address: address(whom), status, reachability: "reachable" } });
}

describe("what a step waits for", () => {
  it("listening: everybody has begun", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    expect(allListen([a, b])).toEqual([]);
    expect(allListen([a, new NodeView("C", 1)])).toEqual(["C does not listen yet"]);
  });

  it("finding: everybody's discovery lists everybody", () => {
    const [a, b] = nodes("A", "B") as [NodeView, NodeView];
    a.take({ kind: "listed", addresses: [address("A"), address("B")] });
    expect(allFound([a, b])).toEqual(["B has not found A"]);
    b.take({ kind: "listed", addresses: [address("A")] });
    expect(allFound([a, b])).toEqual([]);
    expect(nobodyFinds([a], b)).toEqual(["A still finds B"]);
    a.take({ kind: "listed", addresses: [] });
    expect(nobodyFinds([a], b)).toEqual([]);
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
    a.take({ kind: "leader", address: address("A") });
    expect(oneLeader([a, b])).toEqual(["A sees A lead", "B sees nobody lead"]);
    b.take({ kind: "leader", address: address("A") });
    expect(oneLeader([a, b])).toEqual([]);
    c.take({ kind: "leader", address: address("A") });
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

  it("ending: everybody left of its own accord and gave everything back", () => {
    const [a] = nodes("A") as [NodeView];
    expect(allEnded([a])).toEqual(["A has not left"]);
    a.take({ kind: "ended", reason: "left" });
    expect(allEnded([a])).toEqual(["A has left, but its process has not ended by itself"]);
    a.exited({ code: 0, signal: null });
    expect(allEnded([a])).toEqual([]);
    a.exited({ code: null, signal: "SIGKILL" });
    expect(allEnded([a])).not.toEqual([]);
  });
});
