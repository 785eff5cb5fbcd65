import { describe, expect, it } from "vitest";
import { openScope } from "../src/abort.js";
import { collectGarbage } from "./support/collect-garbage.js";

describe("a scope", () => {
  it("aborts with whichever parent aborts first, for its reason", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const { signal } = openScope(one.signal, undefined, other.signal);
    other.abort("other");
    one.abort("one");
    expect(signal.reason).toBe("other");
  });

  it("has aborted from the start if one of its parents has", () => {
    const { signal } = openScope(new AbortController().signal, AbortSignal.abort("before"), AbortSignal.abort("too"));
    expect(signal.reason).toBe("before");
  });

  it("closes once, for the first reason", () => {
    const { signal, close } = openScope(new AbortController().signal);
    close("first");
    close("second");
    expect(signal.reason).toBe("first");
  });

  it.each([
    ["closed", true],
    ["left open", false],
  ])("holds nothing that nobody else holds when it is %s", async (_, isClosed) => {
    const held = (() => {
      const owner = {};
      const { signal, close } = openScope(new AbortController().signal);
      signal.addEventListener("abort", () => owner);
      if (isClosed) close();
      return new WeakRef(owner);
    })();
    // What a weak reference gave stays until the turn ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(held.deref()).toBeUndefined();
  });
});
