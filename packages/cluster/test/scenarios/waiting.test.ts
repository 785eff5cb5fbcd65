import { describe, expect, it } from "vitest";
import { errorOf } from "../support/error-of.js";
import { Simulation, seen } from "../support/simulation.js";

/** As a program without types calls it. */
interface Untyped {
  readonly self: unknown;
  readonly waitFor: (...args: unknown[]) => Promise<unknown>;
  readonly joined: (...args: unknown[]) => Promise<unknown>;
}

describe("waiting for a cluster", () => {
  it("ends when this node is up, in the moment it is", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const joined = a.cluster.joined({ withinMs: 10_000 });
    let upAt = 0;
    const member = joined.then((up) => {
      upAt = world.clock.now();
      return up;
    });
    await world.join([b], a);
    expect(await world.clock.settle(member)).toMatchObject({ status: "up", node: { host: "10.0.0.1" } });
    expect(a.cluster.membership.get(a.cluster.self.id)?.status).toBe("up");
    expect(world.clock.now()).toBe(upAt);
    await expect(a.cluster.joined()).resolves.toMatchObject({ status: "up" });
  });

  it("ends when another node is up, named by its incarnation, its address or an endpoint", async () => {
    await using world = new Simulation();
    const [a, b] = await world.startMany(2);
    const { self } = b.cluster;
    const waits = [
      a.cluster.joined(self, { withinMs: 5_000 }),
      a.cluster.joined({ host: self.host, port: self.port }, { withinMs: 5_000 }),
      a.cluster.waitFor([a.cluster.self, self], "up").then((members) => members[1]),
    ];
    await world.join([b], a);
    for (const member of await world.clock.settle(Promise.all(waits))) {
      expect(member).toMatchObject({ status: "up", node: { id: self.id } });
    }
  });

  it("at an address where a member has been downed ends when the next incarnation there is up", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const { host, port } = c.cluster.self;
    a.cluster.down(c.cluster.self);
    const next = a.cluster.joined({ host, port }, { withinMs: 10_000 });
    const again = await world.restart(c);
    await world.join([again], b);
    expect((await world.clock.settle(next)).node.id).toBe(again.cluster.self.id);
    await world.united([a, b, again]);
  });

  it("ends when enough members are up", async () => {
    await using world = new Simulation();
    const [a, ...others] = await world.startMany(4);
    const three = a.cluster.waitFor({ atLeast: 3 });
    await world.join(others.slice(0, 1), a);
    await world.clock.advance(1_000);
    await world.join(others.slice(1), a);
    const members = await world.clock.settle(three);
    expect(members.length).toBeGreaterThanOrEqual(3);
    await expect(a.cluster.waitFor({ atLeast: 0, status: "leaving" })).resolves.toEqual([]);
  });

  it.each(["leaving", "down", "removed"] as const)(
    "for a member to be %s ends, though it does not stay so",
    async (status) => {
      await using world = new Simulation();
      const [a, b, c] = await world.form(3);
      const { self } = c.cluster;
      const byIncarnation = a.cluster.waitFor([self], status, { withinMs: 5_000 });
      const byAddress = b.cluster.waitFor([{ host: self.host, port: self.port }], status, { withinMs: 5_000 });
      await world.clock.settle(c.shutdown());
      for (const [member] of await world.clock.settle(Promise.all([byIncarnation, byAddress]))) {
        expect(member?.node.id).toBe(self.id);
      }
    },
  );

  it("fails in time, saying who was seen and why there are not more", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const alone = errorOf(a.cluster.joined({ withinMs: 700 }));
    expect(await world.clock.settle(alone)).toMatchObject({ code: "WAIT_TIMED_OUT" });
    expect(String(await alone)).toMatch(
      /700 ms.*10\.0\.0\.1:7337 up.*Seen: 10\.0\.0\.1:7337 joining\. No other member/,
    );
    expect(world.clock.now()).toBe(700);

    const [b] = await world.startMany(1);
    await world.join([b], a);
    await world.united([a, b]);
    const three = errorOf(a.cluster.waitFor({ atLeast: 3, withinMs: 100 }));
    await world.clock.settle(three);
    expect(String(await three)).toMatch(/2 of 3 members are up.*10\.0\.0\.1:7337 up, 10\.0\.0\.2:7337 up/);
    const absent = errorOf(a.cluster.waitFor([{ host: "10.0.0.9", port: 7337 }], "up", { withinMs: 100 }));
    await world.clock.settle(absent);
    expect(String(await absent)).toMatch(/10\.0\.0\.9:7337 up\. Seen: [^S]*up\.$/);
  });

  it("fails with why nobody would have this node, if that is so", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const stranger = await world.start({ system: "another" });
    stranger.cluster.join(a.cluster.self.address).catch(() => {});
    const late = errorOf(stranger.cluster.joined({ withinMs: 1_000 }));
    await world.clock.settle(late);
    expect(String(await late)).toMatch(
      /No other member is known yet\. 1 of 1 endpoint failed; one said no: .*WRONG_SYSTEM/,
    );
  });

  it("takes a text for an address", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    expect(await a.cluster.joined(b.cluster.self.address)).toMatchObject({ node: b.cluster.self });
    expect(await a.cluster.waitFor([b.cluster.self.address], "up")).toHaveLength(1);
    expect(a.cluster.down("10.0.0.9:7337")).toBe(false);
    expect(a.cluster.down(b.cluster.self.address)).toBe(true);
    await world.united([a]);
  });

  it.each<[string, (cluster: Untyped) => unknown, RegExp]>([
    ["a status that there is not", ({ waitFor, self }) => waitFor([self], "upp"), /status is "upp".*joining, up/],
    ["a status that there is not, of many", ({ waitFor }) => waitFor({ atLeast: 1, status: "Up" }), /status is "Up"/],
    ["a misspelt number", ({ waitFor }) => waitFor({ atleast: 2 }), /waitFor: atLeast is undefined/],
    ["no number", ({ waitFor }) => waitFor({ atLeast: "2" }), /waitFor: atLeast is "2"/],
    ["no time", ({ joined }) => joined({ withinMs: "1s" }), /withinMs is "1s"; it has to be a number of milliseconds/],
    ["not a number", ({ joined }) => joined({ withinMs: Number.NaN }), /withinMs is NaN/],
    ["no address", ({ joined }) => joined("10.0.0.9"), /10\.0\.0\.9/],
    ["nobody", ({ waitFor }) => waitFor([undefined], "up"), /node is undefined; it has to be a node, \{ host, port \}/],
  ])("for %s is refused at once", async (_, wait, said) => {
    await using world = new Simulation();
    const [a] = await world.startMany(1);
    const { cluster } = a;
    const untyped = {
      waitFor: cluster.waitFor.bind(cluster),
      joined: cluster.joined.bind(cluster),
      self: cluster.self,
    };
    const error = await errorOf(Promise.resolve(wait(untyped as unknown as Untyped)));
    expect(error).toMatchObject({ message: expect.stringMatching(said) });
    expect(world.clock.now()).toBe(0);
  });

  it("fails with NODE_GONE as soon as it can no longer be, and with the signal's reason when that aborts", async () => {
    await using world = new Simulation();
    const [a, b, c] = await world.form(3);
    const gone = errorOf(a.cluster.waitFor([c.cluster.self], "joining"));
    expect(await gone).toMatchObject({ code: "NODE_GONE" });
    await world.remove(c, b, [a, b]);
    const removed = await errorOf(a.cluster.waitFor([c.cluster.self], "up"));
    expect(removed).toMatchObject({ code: "NODE_GONE", message: expect.stringContaining(c.cluster.self.id) });
    const controller = new AbortController();
    const aborted = errorOf(a.cluster.waitFor({ atLeast: 9, signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(String(await aborted)).toBe("Error: enough");
  });

  it("fails with SHUT_DOWN when the system ends", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    const waits = [a.cluster.waitFor({ atLeast: 3 }), a.cluster.joined({ host: "10.0.0.9", port: 1 })].map(errorOf);
    await world.clock.settle(a.shutdown());
    expect(await Promise.all(waits)).toMatchObject([{ code: "SHUT_DOWN" }, { code: "SHUT_DOWN" }]);
    await world.clock.advance(1_000);
    expect(seen(b)).toBe("2 up");
  });
});
