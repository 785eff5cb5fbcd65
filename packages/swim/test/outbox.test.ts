import { describe, expect, it } from "vitest";
import type { SwimDirective } from "../src/directive.js";
import { Outbox } from "../src/outbox.js";

function names(directives: readonly SwimDirective[]): string[] {
  return directives.map((directive) => (directive.kind === "send" ? directive.to : directive.id));
}

describe("an outbox", () => {
  it("has nothing performed before it is emptied, and everything in order then", () => {
    const performed: SwimDirective[] = [];
    const outbox = new Outbox((directive) => performed.push(directive));
    outbox.redial("a");
    outbox.send("b", [5, []]);
    outbox.changed("c", 0, 2, "refused");
    expect(performed).toEqual([]);
    outbox.empty();
    expect(performed).toEqual([
      { kind: "redial", id: "a" },
      { kind: "send", to: "b", message: [5, []] },
      { kind: "reachability", id: "c", from: "reachable", to: "unreachable", because: "refused" },
    ]);
  });

  it("keeps the order when performing brings about more", () => {
    const performed: SwimDirective[] = [];
    const outbox = new Outbox((directive) => {
      performed.push(directive);
      if (performed.length > 1) return;
      outbox.redial("c");
      outbox.empty();
      expect(names(performed)).toEqual(["a"]);
    });
    outbox.redial("a");
    outbox.redial("b");
    outbox.empty();
    expect(names(performed)).toEqual(["a", "b", "c"]);
  });

  it("goes on after what has failed", () => {
    const performed: SwimDirective[] = [];
    const outbox = new Outbox((directive) => {
      if (names([directive])[0] === "bad") throw new Error("cannot");
      performed.push(directive);
    });
    for (const id of ["a", "bad", "b"]) outbox.redial(id);
    expect(() => outbox.empty()).toThrow("cannot");
    outbox.empty();
    expect(names(performed)).toEqual(["a", "b"]);
  });
});
