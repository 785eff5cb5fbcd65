import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { NodeView } from "../../src/demo/node-view.js";
import type { Step } from "../../src/demo/step.js";
import { StepRunner } from "../../src/demo/step-runner.js";
import type { StoryEvent } from "../../src/demo/telling/story-event.js";

/** A cast whose news the test makes. */
class Stage {
  readonly clock = new VirtualClock();
  readonly told: StoryEvent[] = [];
  readonly toldAt: number[] = [];
  /** For how long the process did something else. */
  busyMs = 0;
  readonly missing: string[] = [];
  readonly casualties: NodeView[] = [];
  readonly runner = new StepRunner({
    cast: {
      casualties: this.casualties,
      complaint: () => "",
      until: (condition, withinMs, signal) => this.#until(condition, withinMs, signal),
    },
    clock: {
      now: () => this.clock.now() + this.busyMs,
      schedule: (delayMs, callback) => this.clock.schedule(delayMs, callback),
    },
    steps: 2,
    stepTimeoutMs: 1_000,
    tell: (event, at = this.clock.now() + this.busyMs) => {
      this.told.push(event);
      this.toldAt.push(at);
    },
  });
  #look = () => {};

  /** A step that waits until the stage misses nothing any more. */
  step(act?: () => void): Step {
    return {
      title: () => "it happens",
      ...(act ? { act } : {}),
      goals: [
        { text: () => "the easy part has happened", missing: () => [] },
        { text: () => "it has happened", missing: () => this.missing },
      ],
    };
  }

  news(change: () => void): void {
    change();
    this.#look();
  }

  #until(condition: () => boolean, withinMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (condition()) resolve();
      };
      this.clock.schedule(withinMs, resolve);
      signal?.addEventListener("abort", () => resolve());
      this.#look();
    });
  }
}

describe("a step of the demonstration", () => {
  it("is done when all its goals are reached, each of which is told once", async () => {
    const stage = new Stage();
    stage.missing.push("patience");
    const running = stage.runner.run(stage.step());
    await stage.clock.advance(300);
    stage.news(() => {});
    stage.news(() => stage.missing.pop());
    expect(await running).toBe(true);
    expect(stage.runner.done).toBe(1);
    expect(stage.told).toEqual([
      { event: "step", step: 1, of: 2, title: "it happens" },
      { event: "goal", step: 1, goal: "the easy part has happened" },
      { event: "goal", step: 1, goal: "it has happened" },
      { event: "step-done", step: 1, tookMs: 300 },
    ]);
  });

  it("is brought about before it is waited for", async () => {
    const stage = new Stage();
    stage.missing.push("somebody who acts");
    expect(await stage.runner.run(stage.step(() => stage.missing.pop()))).toBe(true);
  });

  it("is told of as of before it was brought about, as what that leads to comes after it", async () => {
    const stage = new Stage();
    await stage.clock.advance(5);
    const slowly = () => {
      stage.busyMs = 20;
    };
    await stage.runner.run(stage.step(slowly));
    expect(stage.told[0]?.event).toBe("step");
    expect(stage.toldAt.slice(0, 2)).toEqual([5, 25]);
  });

  it("fails when its time is up, and says what is missing", async () => {
    const stage = new Stage();
    stage.missing.push("A does not see B");
    const running = stage.runner.run(stage.step());
    await stage.clock.advance(999);
    expect(stage.told.at(-1)?.event).toBe("goal");
    expect(await stage.clock.settle(running)).toBe(false);
    expect(stage.runner.done).toBe(0);
    expect(stage.told.at(-1)).toEqual({
      event: "step-failed",
      step: 1,
      title: "it happens",
      afterMs: 1_000,
      missing: ["A does not see B"],
    });
  });

  it("goes on when a goal that was reached does not hold any more", async () => {
    const stage = new Stage();
    const other: string[] = ["the other thing"];
    const step: Step = {
      title: () => "both happen",
      goals: [
        { text: () => "one", missing: () => stage.missing },
        { text: () => "other", missing: () => other },
      ],
    };
    const running = stage.runner.run(step);
    stage.news(() => stage.missing.push("the one thing, again"));
    stage.news(() => other.pop());
    expect(await stage.clock.settle(running)).toBe(false);
    expect(stage.told.at(-1)).toMatchObject({ event: "step-failed", missing: ["the one thing, again"] });
  });

  it("fails at once when a process is lost, and says how", async () => {
    const stage = new Stage();
    stage.missing.push("A does not see B");
    const running = stage.runner.run(stage.step());
    const lost = new NodeView("B", 77);
    lost.exited({ code: null, signal: "SIGKILL" });
    stage.news(() => stage.casualties.push(lost));
    expect(await running).toBe(false);
    expect(stage.told.at(-1)).toMatchObject({
      afterMs: 0,
      missing: ["B is gone: process 77 was ended by SIGKILL", "A does not see B"],
    });
  });

  it("does not fail for a process that was lost before it", async () => {
    const stage = new Stage();
    stage.casualties.push(new NodeView("B", 77));
    expect(await stage.runner.run(stage.step())).toBe(true);
  });

  it("ends without a word when it is interrupted", async () => {
    const stage = new Stage();
    stage.missing.push("time");
    const interruption = new AbortController();
    const running = stage.runner.run(stage.step(), interruption.signal);
    interruption.abort();
    expect(await running).toBe(false);
    expect(stage.told.map(({ event }) => event)).toEqual(["step", "goal"]);
  });
});
