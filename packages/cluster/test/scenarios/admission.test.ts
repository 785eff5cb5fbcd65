import type { AdmissionCandidate, AdmissionHook, ClusterSettings } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/failed-join.js";
import { Simulation, seen, statusOf } from "../support/simulation.js";

const withHook = (admission: AdmissionHook, change: (settings: ClusterSettings) => void = () => {}) => ({
  configure: (settings: ClusterSettings) => {
    settings.admission = admission;
    change(settings);
  },
});

const onlyZone =
  (zone: string): AdmissionHook =>
  ({ metadata }) =>
    metadata.zone === zone || `this is zone ${zone}`;

const inZone = (zone: string) => (settings: ClusterSettings) => {
  settings.node.metadata = { zone };
};

describe("a node that is not admitted", () => {
  it.each<[string, boolean]>([
    ["that it dials", true],
    ["that dials it", false],
  ])("by a member %s is not in, and both explain with the reason", async (_, dials) => {
    await using world = new Simulation(withHook(onlyZone("a"), inZone("a")));
    const [a, b] = await world.form(2);
    const stranger = await world.start({
      configure: (settings) => {
        settings.admission = undefined;
        settings.node.metadata = { zone: "b" };
      },
    });
    const [from, to] = dials ? [stranger, a] : [a, stranger];
    const { lastCode, message } = await failureOf(world, from.cluster.join(to.cluster.self, { maxAttempts: 1 }));
    expect([lastCode, message]).toEqual(["NOT_ADMITTED", expect.stringContaining("this is zone a")]);
    await world.clock.advance(5_000);
    expect([seen(a), seen(b), seen(stranger)]).toEqual(["1 up, 2 up", "1 up, 2 up", "3 joining"]);
    const [refusedByThem] = stranger.cluster.explain().refusals;
    const [refusedByUs] = a.cluster.explain().refusals;
    const reason = expect.stringContaining("this is zone a");
    expect(refusedByThem).toMatchObject({ code: "NOT_ADMITTED", reason, refusedBy: "them" });
    expect(refusedByUs).toMatchObject({
      code: "NOT_ADMITTED",
      reason,
      refusedBy: "us",
      dialledBy: dials ? "them" : "us",
    });
  });

  it("may be admitted another time, and then joins by itself", async () => {
    await using world = new Simulation();
    let isOpen = false;
    const [a] = await world.startMany(
      1,
      withHook(() => isOpen || "not yet"),
    );
    const [late] = await world.startMany(1);
    const joining = late.cluster.join(a.cluster.self);
    await world.clock.advance(5_000);
    isOpen = true;
    await world.clock.settle(joining);
    await world.united([a, late]);
  });

  it("is refused when the hook fails or does not answer, and the members stay", async () => {
    const hooks: AdmissionHook[] = [
      () => Promise.reject(new Error("the directory is down")),
      () => new Promise(() => {}),
    ];
    for (const hook of hooks) {
      await using world = new Simulation();
      const members = await world.form(2);
      const [strict] = await world.startMany(1, withHook(hook));
      const { lastCode } = await failureOf(world, members[0].cluster.join(strict.cluster.self, { maxAttempts: 1 }));
      expect([lastCode, seen(members[0]), seen(strict)]).toEqual(["NOT_ADMITTED", "1 up, 2 up", "3 joining"]);
    }
  });
});

describe("a node that is admitted", () => {
  it("is asked about where it talks to somebody first, and not again when a connection is made anew", async () => {
    const asked: string[] = [];
    const ask =
      (who: string): AdmissionHook =>
      ({ node, dialledBy }: AdmissionCandidate) => {
        asked.push(`${who} about ${node.host}, dialled by ${dialledBy}`);
        return true;
      };
    await using world = new Simulation();
    const a = await world.start(withHook(ask("a")));
    const b = await world.start(withHook(ask("b")));
    await world.join([b], a);
    await world.united([a, b]);
    expect(asked).toEqual(["a about 10.0.0.2, dialled by them", "b about 10.0.0.1, dialled by us"]);
    world.network.breakConnections(a.cluster.self.host, b.cluster.self.host);
    await world.clock.advance(1_000);
    expect([a.cluster.explain().associations.open, asked.length]).toEqual([1, 2]);
  });

  it("is refused all the same if what was true has changed while the hook was at it", async () => {
    await using world = new Simulation();
    const [a, b] = await world.form(2);
    let settle: (answer: true) => void = () => {};
    const hook: AdmissionHook = () =>
      new Promise((resolve) => {
        settle = resolve;
      });
    const [slow] = await world.startMany(1, withHook(hook));
    const joining = a.cluster.join(slow.cluster.self, { maxAttempts: 1 });
    const failed = joining.catch((error: { lastCode: string }) => error.lastCode);
    await world.clock.advance(50);
    slow.cluster.down(slow.cluster.self);
    settle(true);
    expect(await world.clock.settle(failed)).toBe("NODE_DOWN");
    expect(statusOf(slow, b)).toBe("unknown");
  });
});

it("six nodes with slow hooks that all dial each other at once end in one cluster, with one association per pair", async () => {
  await using world = new Simulation({ latencyMs: [1, 20] });
  const { clock, random } = world;
  const slow: AdmissionHook = () => new Promise((resolve) => clock.schedule(random() * 200, () => resolve(true)));
  const systems = await world.startMany(6, withHook(slow));
  const joins = systems.flatMap((one) => systems.map((other) => one.cluster.join(other.cluster.self)));
  await clock.settle(Promise.all(joins));
  await world.united(systems);
  const isMeshed = () => systems.every(({ cluster }) => cluster.explain().associations.open === 5);
  await clock.until(isMeshed, 10_000, "that everybody is connected with everybody");
  await clock.until(() => world.network.connections === 15, 10_000, "that no other connection is left");
});
