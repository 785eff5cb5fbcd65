import { type ServiceInstance, sleep, systemClock } from "@rollcall/core";
import { APPEARS, announce, withdraw } from "../announcing-steps.js";
import { group } from "../conformance-case.js";
import { find, show } from "../listings.js";
import { check, fail } from "../verdict.js";

/** Putting this process into the registry: what others see of it. */
export const announcing = group("announcing", (it) => {
  it("what one announces, others list", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled();
    const other = await scene.create();
    await announce(scene, self);
    const found = await other.lookup();
    check(find(found, self), `a lookup by somebody else gave ${show(found)} after announce had resolved: ${APPEARS}.`);
    await witness.until([scene.resident, self], APPEARS);
  });

  it("others see the announced id and metadata", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled();
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
    await scene.inhabit();
    const discovery = await scene.createAnnouncer();
    const own = await scene.settled(discovery);
    await discovery.announce(self);
    await own.until([scene.resident, self], "do not leave out one's own instance, or declare without.listsItself");
  });

  it("an announcement stays listed", ["announce"], async (scene) => {
    const self = scene.instance(1);
    const witness = await scene.settled();
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
    const witness = await scene.settled();
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
