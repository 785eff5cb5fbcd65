import { describe, expect, it } from "vitest";
import type { MemberReport } from "../../src/demo/messages.js";
import { NodeView } from "../../src/demo/node-view.js";

const [SELF, PEER] = ["127.0.0.1:1001", "127.0.0.1:1002"] as const;
const member = (address: string, status: MemberReport["status"]): MemberReport => {
  return { address, status, reachability: "reachable" };
};

function listening(): NodeView {
  const view = new NodeView("A", 42);
  view.take({ kind: "listening", address: SELF, incarnation: "00aa" }, 0);
  return view;
}

describe("what a node has told", () => {
  it("tells of those it finds what is new, and never of the node itself", () => {
    const view = listening();
    expect(view.take({ kind: "listed", addresses: [SELF] }, 0)).toEqual([]);
    expect(view.take({ kind: "listed", addresses: [SELF, PEER] }, 0)).toEqual([{ event: "found", addresses: [PEER] }]);
    expect(view.take({ kind: "listed", addresses: [SELF, PEER] }, 0)).toEqual([]);
    expect(view.take({ kind: "listed", addresses: [SELF] }, 0)).toEqual([{ event: "lost", addresses: [PEER] }]);
  });

  it("tells of statuses, where each comes from, and remembers them all", () => {
    const view = listening();
    view.take({ kind: "snapshot", members: [member(SELF, "joining")], leader: undefined }, 0);
    for (const [at, status] of (["joining", "up", "up", "leaving", "down"] as const).entries()) {
      view.take({ kind: "member", member: member(PEER, status) }, at);
    }
    expect(view.members.get(PEER)?.status).toBe("down");
    expect(view.take({ kind: "member", member: member(PEER, "removed") }, 5)).toEqual([
      { event: "member", address: PEER, from: "down", to: "removed" },
    ]);
    expect([...view.members.keys()]).toEqual([SELF]);
    expect(view.history.get(PEER)).toEqual([
      { what: "joining", at: 0 },
      { what: "up", at: 1 },
      { what: "leaving", at: 3 },
      { what: "down", at: 4 },
      { what: "removed", at: 5 },
    ]);
  });

  it("tells of reachability both ways, and remembers when somebody was not reached", () => {
    const view = listening();
    view.take({ kind: "member", member: member(PEER, "up") }, 0);
    const unreachable = { ...member(PEER, "up"), reachability: "unreachable" } as const;
    expect(view.take({ kind: "member", member: unreachable }, 7)).toEqual([
      { event: "reachability", address: PEER, reachability: "unreachable" },
    ]);
    expect(view.take({ kind: "member", member: member(PEER, "up") }, 0)).toEqual([
      { event: "reachability", address: PEER, reachability: "reachable" },
    ]);
    expect(view.history.get(PEER)).toEqual([
      { what: "up", at: 0 },
      { what: "unreachable", at: 7 },
    ]);
  });

  it("tells of another leader once", () => {
    const view = listening();
    expect(view.take({ kind: "leader", address: PEER }, 0)).toEqual([{ event: "leader", address: PEER }]);
    expect(view.take({ kind: "snapshot", members: [], leader: PEER }, 0)).toEqual([]);
    expect(view.take({ kind: "leader", address: undefined }, 0)).toEqual([{ event: "leader", address: undefined }]);
  });

  it.each([
    ["it has left", (view: NodeView) => view.take({ kind: "ended", reason: "left" }, 0)],
    ["it could not start", (view: NodeView) => view.take({ kind: "failed", message: "no port" }, 0)],
    ["it is killed", (view: NodeView) => view.killed(3)],
    ["its process has ended", (view: NodeView) => view.exited({ code: null, signal: "SIGKILL" })],
  ])("ends when %s", (_how, end) => {
    const view = listening();
    expect(view.isAlive).toBe(true);
    end(view);
    expect(view.isAlive).toBe(false);
  });
});
