import type { ClusterSettings, Secret } from "@rollcall/cluster";
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/failed-join.js";
import { Simulation, seen } from "../support/simulation.js";

const OLD = "the old secret of the cluster";
const NEW = "the new secret of the cluster";

const withSecret = (secret: Secret | undefined) => ({
  configure: (settings: ClusterSettings) => {
    settings.secret = secret;
  },
});

describe("a cluster with a secret", () => {
  it("forms, and takes in who knows the secret", async () => {
    await using world = new Simulation(withSecret(OLD));
    const systems = await world.form(5);
    expect(systems.map(({ cluster }) => cluster.explain().rejections)).toEqual(Array(5).fill({}));
  });

  it.each<[string, Secret | undefined, Secret | undefined, RegExp]>([
    ["wrong", NEW, OLD, /no secret in common/],
    ["missing", undefined, OLD, /the node that answers has a secret and the one that dials has none/],
    ["more than the others have", OLD, undefined, /the node that dials has a secret and the one that answers has none/],
  ])("has nothing to do with a node whose secret is %s, and both say what to do", async (_, own, others, said) => {
    await using world = new Simulation();
    const [a, b] = await world.form(2, withSecret(others));
    const stranger = await world.start(withSecret(own));
    const { lastCode, message } = await failureOf(world, stranger.cluster.join(a.cluster.self, { maxAttempts: 1 }));
    expect([lastCode, message]).toEqual(["UNAUTHENTICATED", expect.stringMatching(said)]);
    expect(message).toContain("settings.secret");
    // Nothing of the cluster is in what the stranger knows.
    expect(JSON.stringify(stranger.cluster.explain())).not.toContain(b.cluster.self.id);
    expect([seen(stranger), seen(a)]).toEqual(["3 joining", "1 up, 2 up"]);
    for (const [system, dialledBy] of [
      [stranger, "us"],
      [a, "them"],
    ] as const) {
      const { rejections, refusals } = system.cluster.explain();
      expect(rejections).toEqual({ UNAUTHENTICATED: 1 });
      const reason = expect.stringMatching(said);
      expect(refusals).toMatchObject([{ code: "UNAUTHENTICATED", reason, dialledBy, peer: undefined }]);
    }
  });

  it("tries one that does not know it again, for the day when somebody has mended that", async () => {
    await using world = new Simulation();
    const [a] = await world.startMany(1, withSecret(OLD));
    const host = "10.0.7.7";
    const wrong = await world.start({ ...withSecret(NEW), host });
    const joining = a.cluster.join(wrong.cluster.self);
    await world.clock.advance(5_000);
    world.crash(wrong);
    const right = await world.start({ ...withSecret(OLD), host });
    await world.clock.settle(joining);
    await world.united([a, right]);
  });

  it("keeps the secret to itself: in no log, error or explanation is any of it", async () => {
    const said: unknown[] = [];
    const log = (details: object, message: string) => said.push(details, message, (details as { err?: unknown }).err);
    await using world = new Simulation({
      configure: (settings) => {
        settings.logger = { debug: log, info: log, warn: log, error: log };
      },
    });
    const [a, b] = await world.form(2, withSecret([OLD, NEW]));
    const stranger = await world.start(withSecret("what a stranger knows"));
    said.push(await failureOf(world, stranger.cluster.join(a.cluster.self, { maxAttempts: 1 })));
    for (const { cluster } of [a, b, stranger]) said.push(cluster.explain());
    const text = said.map((each) => `${String(each)} ${JSON.stringify(each)}`).join("\n");
    expect(text).toContain("UNAUTHENTICATED");
    for (const secret of [OLD, NEW, "what a stranger knows"]) {
      for (const encoding of ["utf8", "hex", "base64"] as const) {
        expect(text).not.toContain(Buffer.from(secret).toString(encoding).slice(0, 16));
      }
    }
  });

  it("changes its secret while it runs, in three rounds of restarts, and nobody is refused", async () => {
    await using world = new Simulation(withSecret(OLD));
    let systems = [...(await world.form(4))];
    for (const secret of [[OLD, NEW], [NEW, OLD], NEW] satisfies Secret[]) {
      for (let at = 0; at < systems.length; at++) {
        const [leaving] = systems.splice(0, 1);
        await world.clock.settle(leaving?.shutdown() ?? Promise.resolve());
        const next = await world.start(withSecret(secret));
        await world.join([next], systems[0] ?? next);
        systems = [...systems, next];
        await world.united(systems);
        expect(systems.map(({ cluster }) => cluster.explain().rejections.UNAUTHENTICATED)).toEqual(
          Array(4).fill(undefined),
        );
      }
    }
  });

  it("that is told both at once, as no procedure says, falls apart where the first is not known yet", async () => {
    await using world = new Simulation(withSecret(OLD));
    const [a] = await world.form(2);
    const hasty = await world.start(withSecret([NEW, OLD]));
    const { lastCode } = await failureOf(world, hasty.cluster.join(a.cluster.self, { maxAttempts: 1 }));
    expect(lastCode).toBe("UNAUTHENTICATED");
  });
});

describe("somebody who listens where a node is dialled", () => {
  const tombstone = (id: string) => {
    const lowest = { system: "simulated", host: "10.0.0.0", port: 1, id };
    const by = { nodeId: id, lowest, members: 1_000 };
    return Buffer.from(JSON.stringify({ rollcall: "reject", code: "TOMBSTONED", reason: "gone", by }));
  };

  it.each([
    ["cannot tell a node with a secret that it has been removed", OLD, "up"],
    ["can tell that to a node without one", undefined, "down"],
  ])("%s", async (_, secret, status) => {
    await using world = new Simulation({
      configure: (settings) => {
        settings.secret = secret;
        settings.onDown.action = "none";
      },
    });
    const [a] = await world.form(2);
    const at = { host: "10.0.6.6", port: 7337 };
    await world.network.transport(at.host).listen(at, (liar) => {
      liar.handle({ onFrame: () => liar.send(tombstone("00000000000000ff")), onClose: () => {} });
    });
    await failureOf(world, a.cluster.join(at, { maxAttempts: 1 }));
    await world.clock.advance(100);
    expect(a.cluster.membership.get(a.cluster.self.id)?.status ?? "down").toBe(status);
  });
});
