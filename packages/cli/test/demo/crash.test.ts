import { describe, expect, it } from "vitest";
import { crashSteps } from "../../src/demo/crash.js";
import type { Order, StartOrder } from "../../src/demo/messages.js";
import { NodeView, type Sight } from "../../src/demo/node-view.js";
import type { Step } from "../../src/demo/step.js";

const START: StartOrder = {
  kind: "start",
  system: "test",
  discovery: { mechanism: "mdns", service: "test", interface: "127.0.0.1", port: 50_000 },
};
const [A, B, C] = ["127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003"] as const;

/** Three nodes that follow A, and what the demonstration does to them. */
class Stage {
  readonly views = [A, B, C].map((_, index) => new NodeView("ABC"[index] as string, 70 + index));
  readonly orders: Order[] = [];
  readonly crash: Step;
  readonly succession: Step;

  constructor(leader: string | null = A) {
    for (const [index, view] of this.views.entries()) {
      const address = [A, B, C][index] as string;
      view.take({ kind: "listening", address, incarnation: `0${index}` }, 0);
      for (const whom of [A, B, C]) this.sees(view, whom, "up", 0);
      if (leader !== null) view.take({ kind: "leader", address: leader }, 0);
    }
    const stage = this;
    const [crash, succession] = crashSteps(
      {
        get alive() {
          return stage.views.filter((view) => view.isAlive);
        },
        enter: (order) => this.#enter(order),
        kill: (view) => void view.killed(1_000),
      },
      START,
      [],
    );
    this.crash = crash as Step;
    this.succession = succession as Step;
  }

  sees(view: NodeView, address: string, what: Sight, at: number): void {
    const state =
      what === "unreachable"
        ? ({ status: "up", reachability: "unreachable" } as const)
        : ({ status: what, reachability: "reachable" } as const);
    view.take({ kind: "member", member: { address, ...state } }, at);
  }

  #enter(order: Order): NodeView {
    this.orders.push(order);
    const view = new NodeView("D", 80);
    this.views.push(view);
    return view;
  }
}

const missing = (step: Step) => step.goals.flatMap((goal) => goal.missing());
const texts = (step: Step) => step.goals.map(({ text }) => text());

describe("the crash", () => {
  it("is that of a node that does not lead", () => {
    const stage = new Stage(B);
    stage.crash.act?.();
    expect(stage.crash.title()).toBe("A is killed, and cannot say goodbye");
    expect(stage.views.map(({ killedAt }) => killedAt)).toEqual([1_000, undefined, undefined]);
  });

  it("cannot be shown where nobody leads", () => {
    const stage = new Stage(null);
    stage.crash.act?.();
    expect(new Set(missing(stage.crash))).toEqual(new Set(["nobody follows a leader, so nobody could be killed"]));
    stage.succession.act?.();
    expect(missing(stage.succession)).toEqual(["nobody could take a place"]);
  });

  it("is not over while somebody has not noticed, or has not given the node up, or its process is there", () => {
    const stage = new Stage();
    const [a, b, c] = stage.views as [NodeView, NodeView, NodeView];
    stage.crash.act?.();
    expect(missing(stage.crash)).toEqual([
      "A does not see B unreachable",
      "C does not see B unreachable",
      "A still sees B up",
      "C still sees B up",
      "A sees 3 members, not 2",
      "C sees 3 members, not 2",
      "A has not been told that the greeter of B is no more",
      "C has not been told that the greeter of B is no more",
      "process 71 of B is still there",
    ]);
    b.exited({ code: null, signal: "SIGKILL" });
    for (const view of [a, c]) for (const what of ["unreachable", "down"] as const) stage.sees(view, B, what, 2_000);
    expect(missing(stage.crash)).toContain("A still sees B down");
    for (const view of [a, c]) stage.sees(view, B, "removed", 2_001);
    for (const view of [a, c]) view.take({ kind: "watch-fired", address: B, reason: "node-down" }, 2_001);
    expect(missing(stage.crash)).toEqual([]);
  });

  it("tells how long it took until the last one had seen it", () => {
    const stage = new Stage();
    const [a, b, c] = stage.views as [NodeView, NodeView, NodeView];
    stage.crash.act?.();
    for (const [view, lag] of [
      [a, 0],
      [c, 5],
    ] as const) {
      stage.sees(view, B, "unreachable", 1_004 + lag);
      stage.sees(view, B, "down", 2_004 + lag);
      stage.sees(view, B, "removed", 2_006 + lag);
      view.take({ kind: "watch-fired", address: B, reason: "node-down" }, 2_003 + lag);
    }
    expect(b.isAlive).toBe(false);
    expect(texts(stage.crash)).toEqual([
      "all others see B unreachable, 9 ms after the kill",
      "all others have seen it down after 1,009 ms, and removed after 1,011 ms",
      "all others have been told that its greeter is no more, after 1,008 ms",
      "the process of B is gone",
    ]);
  });
});

describe("the replacement", () => {
  it("is another process at the same address, and another incarnation", () => {
    const stage = new Stage();
    stage.crash.act?.();
    stage.succession.act?.();
    expect(stage.orders).toEqual([{ ...START, port: 1_002 }]);
    expect(stage.succession.title()).toBe("D, another process, takes the place of B");
    expect(missing(stage.succession)).toEqual(["D does not listen yet"]);
    const d = stage.views.at(-1) as NodeView;
    d.take({ kind: "listening", address: B, incarnation: "03" }, 3_000);
    stage.sees(d, B, "joining", 3_000);
    expect(missing(stage.succession)).toEqual([]);
    expect(texts(stage.succession)).toEqual(["D listens where B did, as another incarnation: #03, not #01"]);
  });

  it("is said to be elsewhere when somebody else has the port", () => {
    const stage = new Stage();
    stage.crash.act?.();
    stage.succession.act?.();
    const elsewhere = "127.0.0.1:1009";
    stage.views.at(-1)?.take({ kind: "listening", address: elsewhere, incarnation: "03" }, 3_000);
    expect(texts(stage.succession)).toEqual(["D listens, elsewhere: the port of B has been taken meanwhile"]);
  });
});
