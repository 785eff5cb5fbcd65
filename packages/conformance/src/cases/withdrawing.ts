import { isDiscoveryError } from "@rollcall/core";
import { announced, withdraw } from "../announcing-steps.js";
import { group } from "../conformance-case.js";
import { show, showError } from "../listings.js";
import { check, fail, outcome } from "../verdict.js";

const GONE = "withdrawing takes the instance out of the registry";
const STAYS_GONE =
  "nothing late may bring it back: stop the renewal before taking the instance out, and check again after each answer";

/** Taking it out again: by disposing the announcement, by its signal, by disposing the discovery. */
export const withdrawing = group("withdrawing", (it) => {
  it("a withdrawn announcement is gone", ["announce"], async (scene) => {
    const { witness, announcement } = await announced(scene);
    await withdraw(scene, announcement);
    await witness.until([scene.resident], GONE);
  });

  it("withdrawing twice, also at the same time, is harmless", ["announce"], async (scene) => {
    const { witness, announcement } = await announced(scene);
    const twice = Promise.all([withdraw(scene, announcement), withdraw(scene, announcement)]);
    await twice.catch((thrown) => fail(`withdrawing twice: ${showError(thrown)}. Return the first call's promise.`));
    const again = withdraw(scene, announcement);
    await again.catch((thrown) => fail(`withdrawing again: ${showError(thrown)}. Return the first call's promise.`));
    await witness.until([scene.resident], GONE);
  });

  it("nothing brings a withdrawn announcement back", ["announce"], async (scene) => {
    const { witness, announcement } = await announced(scene);
    await withdraw(scene, announcement);
    await witness.until([scene.resident], GONE);
    await witness.stays(STAYS_GONE);
  });

  it("a renewal under way does not bring it back", ["announce", "stall"], async (scene) => {
    const { self, announcement } = await announced(scene);
    await scene.stall();
    await outcome(new Promise<never>(() => {}), scene.timing.quietMs); // lets a renewal set out
    const withdrawn = withdraw(scene, announcement);
    withdrawn.catch(() => {}); // may time out, and must still not be undone
    await scene.restore();
    await outcome(withdrawn, scene.timing.settleMs);
    const witness = scene.watch(await scene.create());
    await witness.until([scene.resident], `${show([self])} was withdrawn while the backend did not answer; ${GONE}`);
    await witness.stays(STAYS_GONE);
  });

  it("an instance can be announced again after it was withdrawn", ["announce"], async (scene) => {
    const { self, witness, announcement, discovery } = await announced(scene);
    await withdraw(scene, announcement);
    await witness.until([scene.resident], GONE);
    await discovery.announce(self);
    await witness.until([scene.resident, self], "an announcement is withdrawn, not the instance for ever");
  });

  it("aborting the signal withdraws a standing announcement", ["announce"], async (scene) => {
    const abort = new AbortController();
    const { witness } = await announced(scene, abort.signal);
    abort.abort(new Error("enough"));
    await witness.until([scene.resident], "listen to the signal for as long as the announcement stands");
    await witness.stays(STAYS_GONE);
  });

  it("announcing with an aborted signal leaves nothing", ["announce"], async (scene) => {
    const witness = await scene.settled();
    const discovery = await scene.createAnnouncer();
    const reason = new Error("too late");
    const announcement = discovery.announce(scene.instance(1), { signal: AbortSignal.abort(reason) });
    const result = await outcome(announcement, scene.timing.releaseMs);
    check(
      result.state === "rejected" && result.reason === reason,
      "announce with an aborted signal must reject with the signal's reason: call signal.throwIfAborted() first.",
    );
    await witness.stays("look at signal.aborted before registering");
  });

  it("an announcement aborted while it is made leaves nothing", ["announce"], async (scene) => {
    await scene.inhabit();
    const abort = new AbortController();
    const discovery = await scene.createAnnouncer();
    const announcement = discovery.announce(scene.instance(1), { signal: abort.signal });
    announcement.catch(() => {});
    await Promise.resolve(); // far enough for the registration to set out
    abort.abort(new Error("enough"));
    const result = await outcome(announcement, scene.timing.releaseMs);
    check(result.state !== "pending", "announce neither resolved nor rejected after its signal aborted.");
    // What had set out may be listed until it is taken out, which happens behind the caller's back.
    await outcome(new Promise<never>(() => {}), scene.timing.quietMs);
    const witness = scene.watch(await scene.create());
    await witness.until(
      [scene.resident],
      "when the signal aborts during the registration, take the instance out once it is in",
    );
    await witness.stays(STAYS_GONE);
  });

  it("dispose withdraws what was announced", ["announce", "dispose"], async (scene) => {
    const { witness, discovery } = await announced(scene);
    await scene.dispose(discovery);
    await witness.until([scene.resident], "dispose of the discovery withdraws its announcements");
    await witness.stays(STAYS_GONE);
  });

  it("dispose during an announcement leaves nothing", ["announce", "dispose", "stall"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.createAnnouncer();
    await scene.stall();
    const announcement = discovery.announce(scene.instance(1));
    announcement.catch(() => {});
    const disposed = discovery[Symbol.asyncDispose]?.() ?? Promise.resolve();
    disposed.catch(() => {}); // may report that it could not withdraw in time
    await scene.restore();
    const result = await outcome(announcement, scene.timing.settleMs);
    check(
      result.state === "rejected" && isDiscoveryError(result.reason) && result.reason.code === "DISPOSED",
      "announce that was under way when the discovery was disposed must reject with code DISPOSED.",
    );
    // What had set out may be listed until it is taken out.
    await outcome(disposed, scene.timing.settleMs);
    const witness = scene.watch(await scene.create());
    await witness.until([scene.resident], "dispose also withdraws what is only being announced");
    await witness.stays(STAYS_GONE);
  });
});
