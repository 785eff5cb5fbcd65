import { VirtualClock } from "@rollcall/testkit";
import { describe, expect, it } from "vitest";
import { Waits } from "../../src/control/waits.js";

function world() {
  const clock = new VirtualClock();
  return { clock, waits: new Waits(clock) };
}

const never = () => undefined;
const describeIt = () => "3 of 5 are there";

describe("a wait", () => {
  it("is over at once when the condition holds already, and leaves no timer behind", async () => {
    const { clock, waits } = world();
    await expect(waits.until(() => "here", { withinMs: 100 }, describeIt)).resolves.toBe("here");
    expect(clock.pending).toBe(0);
  });

  it("looks at the condition when something changes, and not in between", async () => {
    const { clock, waits } = world();
    let value: string | undefined;
    let looked = 0;
    const probe = () => {
      looked++;
      return value;
    };
    const wait = waits.until(probe, { withinMs: 100_000 }, describeIt);
    await clock.advance(50_000);
    expect(looked).toBe(1);
    waits.check();
    value = "here";
    waits.check();
    await expect(wait).resolves.toBe("here");
    waits.check();
    expect(looked).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it("fails when time is up, saying how long it took and what was seen", async () => {
    const { clock, waits } = world();
    const wait = waits.until(never, { withinMs: 250 }, describeIt);
    const outcome = expect(wait).rejects.toMatchObject({
      code: "WAIT_TIMED_OUT",
      message: expect.stringMatching(/250 ms.*3 of 5 are there/),
    });
    await clock.advance(250);
    await outcome;
  });

  it("without a limit waits for as long as it takes", async () => {
    const { clock, waits } = world();
    let value: number | undefined;
    const wait = waits.until(() => value, {}, describeIt);
    expect(clock.pending).toBe(0);
    await clock.advance(10_000_000);
    value = 0;
    waits.check();
    await expect(wait).resolves.toBe(0);
  });

  it("fails with the signal's reason, before it began or later", async () => {
    const { clock, waits } = world();
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const wait = waits.until(never, { withinMs: 100, signal: controller.signal }, describeIt);
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
    await expect(waits.until(() => "here", { signal: controller.signal }, describeIt)).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it("fails with whatever the condition throws", async () => {
    const { clock, waits } = world();
    let gone = false;
    const probe = () => {
      if (gone) throw new Error("it will never be");
      return undefined;
    };
    const wait = waits.until(probe, { withinMs: 100 }, describeIt);
    gone = true;
    waits.check();
    await expect(wait).rejects.toThrow("it will never be");
    expect(clock.pending).toBe(0);
  });

  it("fails when the system ends, and so does one that begins after that, unless its condition holds", async () => {
    const { clock, waits } = world();
    const wait = waits.until(never, { withinMs: 100 }, describeIt);
    waits.end();
    await expect(wait).rejects.toMatchObject({ code: "SHUT_DOWN" });
    await expect(waits.until(never, {}, describeIt)).rejects.toMatchObject({ code: "SHUT_DOWN" });
    await expect(waits.until(() => "here", {}, describeIt)).resolves.toBe("here");
    expect(clock.pending).toBe(0);
  });
});
