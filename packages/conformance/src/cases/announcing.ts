import { type Announcement, isDiscoveryError, type ServiceInstance, sleep, systemClock } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { find, show, showError } from "../listings.js";
import type { Scene } from "../scene.js";
import { check, fail, outcome, within } from "../verdict.js";
import type { Watcher } from "../watcher.js";

const APPEARS = "announce resolves once the mechanism lists the instance for others";
const GONE = "withdrawing takes the instance out of the registry";
const STAYS_GONE =
  "nothing late may bring it back: stop the renewal before taking the instance out, and check again after each answer";

/** Putting this process into the registry: what others see of it. */
export const announcing = group("announcing", (it) => {
  it("what one announces, others list", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled(await scene.create());
    const other = await scene.create();
    await announce(scene, self);
    const found = await other.lookup();
    check(find(found, self), `a lookup by somebody else gave ${show(found)} after announce had resolved: ${APPEARS}.`);
    await witness.until([scene.resident, self], APPEARS);
  });

  it("others see the announced id and metadata", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled(await scene.create());
    const { instance: told } = await announce(scene, self);
    const seen = find(await witness.until([scene.resident, told], APPEARS), told) as ServiceInstance;
    check(
      seen.id === (self.id === undefined ? seen.id : told.id),
      `others see id ${JSON.stringify(seen.id)} instead of ${JSON.stringify(told.id)}: store the id, or declare without.ids.`,
    );
    for (const [key, value] of Object.entries(self.metadata ?? {})) {
      const kept = seen.metadata?.[key];
      check(
        kept === value,
        `others see metadata ${key}=${JSON.stringify(kept)} instead of ${JSON.stringify(value)}: ` +
          "store them, or declare without.metadata.",
      );
    }
  });

  it("the announcement says what is listed", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const { instance } = await announce(scene, self);
    const found = await (await scene.create()).lookup();
    check(
      instance !== undefined && find(found, instance)?.id === instance.id,
      `announcement.instance is ${JSON.stringify(instance)}, but ${show(found)} is listed: ` +
        "give back the instance as the mechanism lists it.",
    );
  });

  it("an announced IPv6 address is kept", ["announce", "ipv6"], async (scene) => {
    const self = { ...scene.instance(1), host: "fd00:77::9" };
    await announce(scene, self);
    const found = await (await scene.create()).lookup();
    check(
      find(found, self),
      `fd00:77::9 was announced and ${show(found)} is listed: write brackets only where the mechanism needs them, ` +
        "and take them off when reading.",
    );
  });

  it("the announcer lists itself too", ["announce", "listsItself"], async (scene) => {
    const self = scene.instance(1);
    const discovery = await scene.createAnnouncer();
    const own = await scene.settled(discovery);
    await discovery.announce(self);
    await own.until([scene.resident, self], "do not leave out one's own instance, or declare without.listsItself");
  });

  it("an announcement stays listed", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled(await scene.create());
    await announce(scene, self);
    await witness.until([scene.resident, self], APPEARS);
    await witness.stays("renew what expires, well before it does");
  });

  it("an announcement that the registry lost is made again", ["announce", "forget"], async (scene) => {
    const self = scene.instance(1);
    const { instance } = await announce(scene, self);
    const other = await scene.create();
    await scene.forget(instance);
    // Asked for again and again, because a subscription may not get to see that the instance was away for a moment.
    const deadline = performance.now() + scene.timing.settleMs;
    while (!find(await other.lookup(), instance)) {
      if (performance.now() > deadline) {
        fail(
          `${show([instance])} was still missing ${scene.timing.settleMs} ms after the registry had lost it: ` +
            "when a renewal finds that the registry has forgotten the instance, register it again.",
        );
      }
      await sleep(systemClock, 20);
    }
  });

  it("two instances can be announced at once", ["announce"], async (scene) => {
    const [one, two] = [scene.instance(1), scene.instance(2)];
    const witness = await scene.settled(await scene.create());
    const discovery = await scene.createAnnouncer();
    const advice = "announcements are independent: key them by instance, not by discovery";
    const [first] = await Promise.all([discovery.announce(one), discovery.announce(two)]);
    const found = await (await scene.create()).lookup();
    check(find(found, one) && find(found, two), `a lookup after announcing two gave ${show(found)}: ${advice}.`);
    await witness.until([scene.resident, one, two], advice);
    await withdraw(scene, first);
    await witness.until([scene.resident, two], "withdrawing one announcement must leave the other");
  });
});

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
    const witness = await scene.settled(await scene.create());
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
    const disposed = discovery[Symbol.asyncDispose]?.();
    disposed?.catch(() => {}); // may report that it could not withdraw in time
    await scene.restore();
    const result = await outcome(announcement, scene.timing.settleMs);
    check(
      result.state === "rejected" && isDiscoveryError(result.reason) && result.reason.code === "DISPOSED",
      "announce that was under way when the discovery was disposed must reject with code DISPOSED.",
    );
    const witness = scene.watch(await scene.create());
    await witness.until([scene.resident], "dispose also withdraws what is only being announced");
    await witness.stays(STAYS_GONE);
  });
});

async function announce(scene: Scene, self: ServiceInstance, signal?: AbortSignal): Promise<Announcement> {
  const discovery = await scene.createAnnouncer();
  return discovery.announce(self, signal === undefined ? {} : { signal });
}

async function announced(scene: Scene, signal?: AbortSignal) {
  const self = scene.instance(1);
  const witness: Watcher = await scene.settled(await scene.create());
  const discovery = await scene.createAnnouncer();
  const announcement = await discovery.announce(self, signal === undefined ? {} : { signal });
  await witness.until([scene.resident, self], APPEARS);
  return { self, witness, discovery, announcement };
}

async function withdraw(scene: Scene, announcement: Announcement): Promise<void> {
  const late = "withdrawing did not finish: resolve once the mechanism no longer lists the instance";
  await within(announcement[Symbol.asyncDispose](), scene.timing.settleMs, late);
}
