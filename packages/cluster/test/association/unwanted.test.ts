import { describe, expect, it } from "vitest";
import { NOTHING_LEFT, Talkers } from "../support/talkers.js";

describe("a connection to a peer that is no longer wanted", () => {
  it("is closed in the end, also if somebody asked for a better one meanwhile", async () => {
    const talkers = new Talkers();
    const [a, b] = await talkers.pair();
    a.say(b, "hello");
    await talkers.clock.advance(100);
    expect(talkers.network.connections).toBe(1);
    a.isWanted = b.isWanted = () => false;
    a.associations.renew(b.self.id);
    b.associations.renew(a.self.id);
    await talkers.clock.advance(100);
    expect(await talkers.end(a, b)).toEqual(NOTHING_LEFT);
  });
});
