import { describe, expect, it } from "vitest";
import type { NodeEvent, TimelineEntry } from "../../../src/demo/telling/story-event.js";
import { TextRenderer } from "../../../src/demo/telling/text-renderer.js";
import { plainPalette } from "../../../src/terminal/palette.js";

const [A, B, C] = ["127.0.0.1:1001", "127.0.0.1:1002", "127.0.0.1:1003"] as const;
const listening = [A, B, C].map((address, index): TimelineEntry => {
  return { at: 0, node: "ABC"[index] as string, event: "listening", address, incarnation: "00aa", pid: 70 + index };
});

/** A renderer that knows A, B and C. */
function renderer(): TextRenderer {
  const text = new TextRenderer(plainPalette);
  text.render(listening);
  return text;
}

/** What A's entries look like, without the time and the name. */
function told(...events: NodeEvent[]): string[] {
  const text = renderer().render(events.map((event, at) => ({ at, node: "A", ...event })));
  return text.split("\n").flatMap((line) => (line === "" ? [] : [line.replace(/^ +0\.00 s {2}A {2}/, "")]));
}

const sees = (address: string, to: "joining" | "up" | "leaving" | "down" | "removed"): NodeEvent => {
  return { event: "member", address, from: undefined, to };
};

describe("the timeline for people", () => {
  it("begins each line with the time and the node", () => {
    expect(new TextRenderer(plainPalette).render(listening.slice(0, 2))).toBe(
      "   0.00 s  A  runs as process 70 and listens on 127.0.0.1:1001\n" +
        "   0.00 s  B  runs as process 71 and listens on 127.0.0.1:1002\n",
    );
    expect(renderer().render([{ at: 12_345, node: "C", ...sees(C, "up") }])).toBe("  12.35 s  C  is up\n");
  });

  it.each<[string, NodeEvent]>([
    ["finds B and C", { event: "found", addresses: [C, B] }],
    ["no longer finds B", { event: "lost", addresses: [B] }],
    ["is joining", sees(A, "joining")],
    ["sees B leaving", sees(B, "leaving")],
    ["sees 127.0.0.1:9 down", sees("127.0.0.1:9", "down")],
    ["is the leader", { event: "leader", address: A }],
    ["follows B as the leader", { event: "leader", address: B }],
    ["sees nobody lead", { event: "leader", address: undefined }],
    ["sees C unreachable", { event: "reachability", address: C, reachability: "unreachable" }],
    ["sees C reachable again", { event: "reachability", address: C, reachability: "reachable" }],
    ["calls the greeter of B, and has an answer", { event: "called", address: B, answer: "Hello" }],
    ["is told that the greeter of B is no more", { event: "watch-fired", address: B, reason: "node-down" }],
    ["has the singleton, which has counted 3 so far", { event: "hosts", count: 3 }],
    ["gives the singleton up", { event: "rests" }],
    ["is killed: SIGKILL to process 71", { event: "killed", pid: 71 }],
    ["has left", { event: "ended", reason: "left" }],
    ["has ended: downed", { event: "ended", reason: "downed" }],
    ["could not start: port taken", { event: "failed", message: "port taken" }],
    ["process has ended", { event: "exited", code: 0, signal: null }],
    ["process ended with code 3", { event: "exited", code: 3, signal: null }],
    ["process ended by SIGKILL", { event: "exited", code: null, signal: "SIGKILL" }],
  ])("says %j", (text, event) => {
    expect(told(event)).toEqual([text]);
  });

  it("tells in one sentence what a node saw of several at once", () => {
    expect(told(sees(C, "up"), sees(A, "up"), sees(B, "up"))).toEqual(["sees itself, B and C up"]);
    const unreachable = (address: string) => ({ event: "reachability", address, reachability: "unreachable" }) as const;
    expect(told(unreachable(C), unreachable(B))).toEqual(["sees B and C unreachable"]);
  });

  it("keeps apart what came before and after something else", () => {
    expect(told(sees(B, "joining"), sees(B, "up"), sees(C, "joining"))).toEqual([
      "sees B joining",
      "sees B up",
      "sees C joining",
    ]);
  });

  it("puts a sentence at the time from which all of it is true", () => {
    const text = renderer().render([
      { at: 1_000, node: "A", ...sees(B, "up") },
      { at: 1_010, node: "B", ...sees(B, "up") },
      { at: 1_020, node: "A", ...sees(C, "up") },
    ]);
    expect(text).toBe("   1.01 s  B  is up\n   1.02 s  A  sees B and C up\n");
  });

  it("calls an address by whoever listens there last", () => {
    const text = renderer();
    text.render([{ ...listening[1], at: 1, node: "D" } as TimelineEntry]);
    expect(text.render([{ at: 2, node: "A", ...sees(B, "up") }])).toBe("   0.00 s  A  sees D up\n");
  });

  it("does not carry a sentence over the end of a step", () => {
    const text = renderer().render([
      { at: 1_000, node: "A", ...sees(B, "up") },
      { at: 1_001, event: "goal", step: 1, goal: "one is up" },
      { at: 1_002, node: "A", ...sees(C, "up") },
    ]);
    expect(text).toBe("   1.00 s  A  sees B up\n   1.00 s  ✓ one is up\n   1.00 s  A  sees C up\n");
  });

  it("says where the story stands", () => {
    const discovery = { mechanism: "mdns", service: "demo", interface: "127.0.0.1", port: 50_123 } as const;
    const text = renderer().render([
      { at: 0, event: "opening", nodes: 3, discovery },
      { at: 1, event: "step", step: 1, of: 2, title: "three start" },
      { at: 2, event: "step-done", step: 1, tookMs: 1 },
      { at: 3, event: "step", step: 2, of: 2, title: "they join" },
      { at: 10_003, event: "step-failed", step: 2, title: "they join", afterMs: 10_000, missing: ["A is alone"] },
      { at: 10_004, event: "note", text: "So it goes." },
      { at: 10_004, event: "summary", ok: false, stepsDone: 1, steps: 2, tookMs: 10_004 },
    ]);
    expect(text.split("\n")).toEqual([
      "3 processes on this machine become one cluster",
      "They find each other by mDNS on the loopback interface (127.0.0.1, UDP port 50123).",
      "",
      "Step 1 of 2: three start",
      "",
      "Step 2 of 2: they join",
      "  10.00 s  ✗ failed after 10.00 s. What is missing:",
      "              - A is alone",
      "",
      "So it goes.",
      "",
      "Not done: 1 of 2 steps in 10.00 s.",
      "",
    ]);
  });

  it("gives each node a colour of its own, wherever it is named", () => {
    const text = new TextRenderer((style, part) => `<${[style].flat().join()}>${part}</>`);
    text.render(listening);
    const line = text.render([{ at: 0, node: "A", event: "leader", address: B }]);
    expect(line).toContain("<bold,cyan>A</>");
    expect(line).toContain("<bold,magenta>B</>");
  });
});
