import { SWIM_PRESETS } from "@rollcall/swim";
import { seededRandom, VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { FailureDetector } from "../../src/failure/failure-detector.js";
import type { Reachability } from "../../src/membership/member.js";

/** Detectors that talk over a wire on which everything takes a millisecond, and on which single ones can be mute. */
class Ward {
  readonly clock = new VirtualClock();
  readonly mute = new Set<string>();
  readonly redialled: string[] = [];
  readonly renewed: string[] = [];
  /** What the detector of a thinks of whom, in order. */
  readonly verdicts: [nodeId: string, reachability: Reachability, at: number][] = [];
  readonly detectors = new Map<string, FailureDetector>();
  sent = 0;

  constructor(...ids: string[]) {
    for (const id of ids) this.detectors.set(id, this.#detector(id));
    for (const [id, detector] of this.detectors) {
      for (const other of ids) if (other !== id) detector.watch(other, true);
    }
  }

  get a(): FailureDetector {
    return this.detectors.get("a") as FailureDetector;
  }

  stop(): void {
    for (const detector of this.detectors.values()) detector.stop();
  }

  #detector(selfId: string): FailureDetector {
    const { clock, mute } = this;
    return new FailureDetector({
      selfId,
      options: SWIM_PRESETS.lan,
      clock,
      random: seededRandom(selfId),
      send: (to, message) => {
        this.sent++;
        if (mute.has(selfId) || mute.has(to)) return;
        // What is on the wire is bytes; nothing of the sender's can be shared.
        const copy: unknown = JSON.parse(JSON.stringify(message));
        clock.schedule(1, () => this.detectors.get(to)?.receive(selfId, copy));
      },
      redial: (nodeId) => this.redialled.push(`${selfId} → ${nodeId}`),
      renew: (nodeId) => this.renewed.push(`${selfId} → ${nodeId}`),
      onReachability: (nodeId, reachability) => {
        if (selfId === "a") this.verdicts.push([nodeId, reachability, clock.now()]);
      },
    });
  }
}

describe("the failure detector of a node", () => {
  it("finds nobody unreachable while all answer, and says nothing", async () => {
    const ward = new Ward("a", "b", "c");
    await ward.clock.advance(60_000);
    expect(ward.verdicts).toEqual([]);
    // A ping and an ack a node and period.
    expect(ward.sent).toBeGreaterThan(600);
    expect(ward.sent).toBeLessThan(1_000);
  });

  it("tells once that a silent member is unreachable, and once that it is back, and nothing of suspicions", async () => {
    const ward = new Ward("a", "b", "c");
    await ward.clock.advance(5_000);
    ward.mute.add("c");
    const from = ward.clock.now();
    await ward.clock.advance(10_000);
    expect(ward.verdicts.map(([id, to]) => `${id} ${to}`)).toEqual(["c unreachable"]);
    const tookMs = (ward.verdicts[0]?.[2] ?? 0) - from;
    expect(tookMs).toBeGreaterThan(SWIM_PRESETS.lan.suspicionMinMs);
    expect(tookMs).toBeLessThan(6_000);
    expect(ward.a.explain().doubts).toMatchObject([{ id: "c", reachability: "unreachable" }]);
    ward.mute.clear();
    await ward.clock.advance(5_000);
    expect(ward.verdicts.map(([id, to]) => `${id} ${to}`)).toEqual(["c unreachable", "c reachable"]);
  });

  it("says nothing of a silence that ends before the suspicion does", async () => {
    const ward = new Ward("a", "b", "c");
    await ward.clock.advance(5_000);
    ward.mute.add("c");
    await ward.clock.until(() => ward.a.explain().doubts.length > 0);
    ward.mute.clear();
    await ward.clock.advance(10_000);
    expect(ward.verdicts).toEqual([]);
    expect(ward.a.explain().doubts).toEqual([]);
  });

  it("has a lost connection dialled again at once, and takes two refusals for a death", async () => {
    const ward = new Ward("a", "b", "c");
    await ward.clock.advance(5_000);
    const from = ward.clock.now();
    ward.mute.add("c");
    for (const id of ["a", "b"]) ward.detectors.get(id)?.evidence("c", "connection-lost");
    expect(ward.redialled).toEqual(["a → c", "b → c"]);
    for (const id of ["a", "b"]) ward.detectors.get(id)?.evidence("c", "refused");
    await ward.clock.advance(100);
    expect(ward.verdicts.map(([id, to]) => `${id} ${to}`)).toEqual(["c unreachable"]);
    expect((ward.verdicts[0]?.[2] ?? 0) - from).toBeLessThan(25);
  });

  it("has whoever is suspected dialled anew, as it may be the connection that is broken", async () => {
    const ward = new Ward("a", "b");
    await ward.clock.advance(5_000);
    expect(ward.renewed).toEqual([]);
    ward.mute.add("b");
    await ward.clock.until(() => ward.a.explain().doubts.length > 0);
    expect(ward.renewed).toContain("a → b");
    expect(ward.verdicts).toEqual([]);
  });

  it("watches nobody who is no member any more, and then waits for nothing", async () => {
    const ward = new Ward("a", "b");
    ward.mute.add("b");
    await ward.clock.advance(300);
    for (const [id, other] of [
      ["a", "b"],
      ["b", "a"],
    ] as const)
      ward.detectors.get(id)?.watch(other, false);
    await ward.clock.advance(60_000);
    expect([ward.verdicts, ward.clock.pending]).toEqual([[], 0]);
  });

  it("does nothing any more once it has been stopped", async () => {
    const ward = new Ward("a", "b", "c");
    await ward.clock.advance(5_000);
    ward.stop();
    const { sent } = ward;
    ward.a.receive("b", [0, 1, 0, 0, 0, []]);
    ward.a.evidence("b", "connection-lost");
    ward.a.watch("d", true);
    await ward.clock.advance(60_000);
    expect([ward.sent, ward.redialled, ward.verdicts, ward.clock.pending]).toEqual([sent, [], [], 0]);
  });

  it("leaves those alone who have just said hello, and watches them from then on", async () => {
    const ward = new Ward("a", "b");
    for (const [id, other] of [
      ["a", "b"],
      ["b", "a"],
    ] as const)
      ward.detectors.get(id)?.evidence(other, "connected");
    ward.mute.add("b");
    await ward.clock.advance(199);
    expect(ward.sent).toBe(0);
    await ward.clock.until(() => ward.verdicts.length > 0);
    expect(ward.verdicts.map(([id, to]) => `${id} ${to}`)).toEqual(["b unreachable"]);
    // What was put off is not taken for a stall.
    expect(ward.a.explain().counters.stalls).toBe(0);
  });

  it("finds a member dead that dies right after it has said hello", async () => {
    const ward = new Ward("a", "b", "c");
    for (const id of ["a", "b"]) {
      ward.detectors.get(id)?.evidence("c", "connected");
      ward.detectors.get(id)?.evidence("c", "connection-lost");
    }
    expect(ward.redialled).toEqual(["a → c", "b → c"]);
    ward.mute.add("c");
    for (const id of ["a", "b"]) ward.detectors.get(id)?.evidence("c", "refused");
    await ward.clock.advance(100);
    expect(ward.verdicts.map(([id, to]) => `${id} ${to}`)).toEqual(["c unreachable"]);
  });

  it("knows who has connected before, so that an attempt which crossed that one says nothing", async () => {
    const ward = new Ward("a", "b");
    ward.a.evidence("b", "connected");
    ward.a.evidence("b", "refused");
    await ward.clock.advance(10_000);
    expect([ward.redialled, ward.verdicts]).toEqual([[], []]);
  });

  it("answers a ping at once, however young it is", async () => {
    const ward = new Ward("a", "b");
    ward.a.receive("b", [0, 1, 0, 0, 0, []]);
    expect(ward.sent).toBe(1);
    expect(ward.a.explain().members).toBe(1);
  });

  it("does not care what becomes of connections to those it does not watch", async () => {
    const ward = new Ward("a");
    ward.a.evidence("b", "connected");
    ward.a.evidence("b", "refused");
    ward.a.watch("c", true);
    ward.a.watch("c", false);
    await ward.clock.advance(1_000);
    expect([ward.redialled, ward.sent, ward.clock.pending]).toEqual([[], 0, 0]);
    expect(ward.a.explain().members).toBe(0);
  });

  it("knows whom it watches when it is asked, and waits for nothing once it has been stopped", async () => {
    const ward = new Ward("a", "b", "c");
    expect(ward.a.explain()).toMatchObject({ members: 2, doubts: [] });
    ward.stop();
    expect(ward.clock.pending).toBe(0);
    expect(ward.detectors.get("b")?.explain().members).toBe(2);
    await ward.clock.advance(1_000);
    expect([ward.sent, ward.clock.pending]).toEqual([0, 0]);
  });

  it.each([[[]], [[99, 1]], [[0, "x"]], ["ping"], [null]])("refuses what is no message: %j", (value) => {
    expect(() => new Ward("a").a.receive("b", value)).toThrow("not a message of the failure detector");
  });
});
