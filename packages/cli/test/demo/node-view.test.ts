import { describe, expect, it } from "vitest";
import type { MemberReport } from "../../src/demo/messages.js";
import { NodeView } from "../../src/demo/node-view.js";

const [SELF, PEER] = ["127.0.0.1:1001", "127.0.0.1:1002"] as const;
const member = (address: string, status: MemberReport["status"]): MemberReport => {
  return { address, status, reachability: "reachable" };
};

function listening(): NodeView {
  const view = new NodeView("A", 42);
  view.take({ kind: "listening", address: SELF });
  return view;
}

describe("what a node has told", () => {
  it("tells of those it finds what is new, and never of the node itself", () => {
    const view = listening();
    expect(view.take({ kind: "listed", addresses: [SELF] })).toEqual([]);
    expect(view.take({ kind: "listed", addresses: [SELF, PEER] })).toEqual([{ event: "found", addresses: [PEER] }]);
    expect(view.take({ kind: "listed", addresses: [SELF, PEER] })).toEqual([]);
    expect(view.take({ kind: "listed", addresses: [SELF] })).toEqual([{ event: "lost", addresses: [PEER] }]);
  });

  it("tells of statuses, where each comes from, and remembers them all", () => {
    const view = listening();
    view.take({ kind: "snapshot", members: [member(SELF, "joining")], leader: undefined });
    for (const status of ["joining", "up", "up", "leaving", "down"] as const) {
      view.take({ kind: "member", member: member(PEER, status) });
    }
    expect(view.members.get(PEER)?.status).toBe("down");
    expect(view.take({ kind: "member", member: member(PEER, "removed") })).toEqual([
      { event: "member", address: PEER, from: "down", to: "removed" },
    ]);
    expect([...view.members.keys()]).toEqual([SELF]);
    expect(view.history.get(PEER)).toEqual(["joining", "up", "leaving", "down", "removed"]);
  });

  it("tells of reachability both ways", () => {
    const view = listening();
    view.take({ kind: "member", member: member(PEER, "up") });
    const unreachable = { ...member(PEER, "up"), reachability: "unreachable" } as const;
    expect(view.take({ kind: "member", member: unreachable })).toEqual([
      { event: "reachability", address: PEER, reachability: "unreachable" },
    ]);
    expect(view.take({ kind: "member", member: member(PEER, "up") })).toEqual([
      { event: "reachability", address: PEER, reachability: "reachable" },
    ]);
  });

  it("tells of another leader once", () => {
    const view = listening();
    expect(view.take({ kind: "leader", address: PEER })).toEqual([{ event: "leader", address: PEER }]);
    expect(view.take({ kind: "snapshot", members: [], leader: PEER })).toEqual([]);
    expect(view.take({ kind: "leader", address: undefined })).toEqual([{ event: "leader", address: undefined }]);
  });

  it.each([
    ["it has left", (view: NodeView) => view.take({ kind: "ended", reason: "left" })],
    ["it could not start", (view: NodeView) => view.take({ kind: "failed", message: "no port" })],
    ["its process has ended", (view: NodeView) => view.exited({ code: null, signal: "SIGKILL" })],
  ])("ends when %s", (_how, end) => {
    const view = listening();
    expect(view.isAlive).toBe(true);
    end(view);
    expect(view.isAlive).toBe(false);
  });
});
