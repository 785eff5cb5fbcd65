import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conflatingChannel } from "../src/conflating-channel.js";
import { settled } from "./support/virtual-clock.js";

const numbers = (onEnd = () => {}) => conflatingChannel<number>(Object.is, onEnd);

describe("conflatingChannel", () => {
  it("gives a slow consumer the newest value only", async () => {
    const channel = numbers();
    for (const value of [1, 2, 3]) channel.push(value);
    expect(await channel.next()).toEqual({ done: false, value: 3 });
  });

  it("gives values to consumers that wait, in turn", async () => {
    const channel = numbers();
    const [first, second, third] = [channel.next(), channel.next(), channel.next()];
    channel.push(1);
    channel.push(2);
    channel.end();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await second).toEqual({ done: false, value: 2 });
    expect(await third).toEqual({ done: true, value: undefined });
  });

  it("takes back what is pending when the value becomes again what the consumer has", async () => {
    const channel = numbers();
    channel.push(1);
    await channel.next();
    channel.push(2);
    channel.push(1);
    let got = false;
    void channel.next().then(() => {
      got = true;
    });
    await settled();
    expect(got).toBe(false);
  });

  it("hands over what is pending before it ends or fails, and throws once", async () => {
    const ending = numbers();
    ending.push(1);
    ending.end();
    expect(await ending.next()).toEqual({ done: false, value: 1 });
    expect(await ending.next()).toEqual({ done: true, value: undefined });

    const failing = numbers();
    failing.push(1);
    failing.fail(new Error("lost"));
    expect(await failing.next()).toEqual({ done: false, value: 1 });
    await expect(failing.next()).rejects.toThrow("lost");
    expect(await failing.next()).toEqual({ done: true, value: undefined });
  });

  it("drops what is pending, a failure included, when closed", async () => {
    const channel = numbers();
    channel.push(1);
    channel.fail(new Error("lost"));
    channel.close();
    expect(await channel.next()).toEqual({ done: true, value: undefined });
  });

  it("says once that it is over, and takes nothing afterwards", async () => {
    let ends = 0;
    const channel = numbers(() => ends++);
    const waiting = channel.next();
    await channel.return();
    channel.push(1);
    channel.end();
    channel.fail(new Error("late"));
    channel.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await channel.next()).toEqual({ done: true, value: undefined });
    expect(ends).toBe(1);
  });

  it("always leaves the consumer with the newest value, never twice the same in a row", async () => {
    const steps = fc.array(
      fc.oneof(fc.record({ push: fc.integer({ min: 0, max: 3 }) }), fc.constant("read" as const)),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const channel = numbers();
        const seen: number[] = [];
        let newest: number | undefined;
        const read = () => channel.next().then(({ done, value }) => done || seen.push(value as number));
        for (const step of script) {
          if (step === "read") void read();
          else {
            newest = step.push;
            channel.push(newest);
          }
        }
        await settled();
        channel.end();
        for (let left = 0; left < 2; left++) await read();
        expect(seen.at(-1)).toBe(newest);
        expect(seen.filter((value, index) => index > 0 && value === seen[index - 1])).toEqual([]);
      }),
    );
  });
});
