import { describe, expect, it } from "vitest";
import { probeMulticast } from "../../src/demo/multicast-probe.js";

describe("the probe for multicast", () => {
  it("gives a port on which it works on the loopback interface", async () => {
    expect((await probeMulticast("127.0.0.1")).port).toBeGreaterThan(0);
  });

  it("says what does not work on an interface that this machine has not", async () => {
    // From TEST-NET-1 (RFC 5737), which nobody has.
    await expect(probeMulticast("192.0.2.1")).rejects.toThrow(/addMembership/);
  });
});
