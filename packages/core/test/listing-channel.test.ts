import { describe, expect, it } from "vitest";
import { type InstanceLike, listingChannel } from "../src/index.js";
import { collectGarbage } from "./support/collect-garbage.js";
import { settled } from "./support/virtual-clock.js";

describe("listingChannel", () => {
  it("copies a live list when it is pushed", async () => {
    const channel = listingChannel();
    const live = new Set<InstanceLike>(["a:1"]);
    channel.push(live);
    live.add("b:1");
    expect((await channel.next()).value).toEqual(["a:1"]);
  });

  it("ends when its signal aborts, and at once if it has already", async () => {
    const abort = new AbortController();
    const channel = listingChannel(abort.signal);
    channel.push(["a:1"]);
    const waiting = [await channel.next(), channel.next()];
    abort.abort();
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    channel.push(["b:1"]);
    expect((await channel.next()).done).toBe(true);
    expect((await listingChannel(AbortSignal.abort()).next()).done).toBe(true);
  });

  it("passes on what is not a list, for the reader to complain about", async () => {
    const channel = listingChannel();
    channel.push(undefined as unknown as InstanceLike[]);
    expect(await channel.next()).toEqual({ done: false, value: undefined });
  });

  it.each(["end", "fail", "return"] as const)("leaves its signal after %s", async (how) => {
    const { signal } = new AbortController();
    let listeners = 0;
    signal.addEventListener = () => listeners++;
    signal.removeEventListener = () => listeners--;
    const channel = listingChannel(signal);
    expect(listeners).toBe(1);
    await channel[how]?.(undefined as never);
    expect(listeners).toBe(0);
  });

  it("never holds more than one listing, however far the reader is behind", async () => {
    const channel = listingChannel();
    const held: WeakRef<object>[] = [];
    for (let push = 0; push < 100_000; push++) {
      const listing = Object.freeze([`node-${push}:1`]);
      if (push % 1_000 === 0) held.push(new WeakRef(listing));
      channel.push(listing);
    }
    await settled();
    collectGarbage();
    expect(held.filter((ref) => ref.deref() !== undefined)).toEqual([]);
    expect((await channel.next()).value).toEqual(["node-99999:1"]);
    channel.end();
    expect((await channel.next()).done).toBe(true);
  });
});
