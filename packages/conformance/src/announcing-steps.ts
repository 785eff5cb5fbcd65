import type { Announcement, ServiceInstance } from "@rollcall/core";
import type { Scene } from "./scene.js";
import { within } from "./verdict.js";
import type { Watcher } from "./watcher.js";

export const APPEARS = "announce resolves once the mechanism lists the instance for others";

/** Announces through a discovery of its own. */
export async function announce(scene: Scene, self: ServiceInstance, signal?: AbortSignal): Promise<Announcement> {
  const discovery = await scene.createAnnouncer();
  return discovery.announce(self, signal === undefined ? {} : { signal });
}

/** Instance 1, announced, and a witness at another discovery that has seen it. */
export async function announced(scene: Scene, signal?: AbortSignal) {
  const self = scene.instance(1);
  const witness: Watcher = await scene.settled();
  const discovery = await scene.createAnnouncer();
  const announcement = await discovery.announce(self, signal === undefined ? {} : { signal });
  await witness.until([scene.resident, self], APPEARS);
  return { self, witness, discovery, announcement };
}

export async function withdraw(scene: Scene, announcement: Announcement): Promise<void> {
  const late = "withdrawing did not finish: resolve once the mechanism no longer lists the instance";
  await within(announcement[Symbol.asyncDispose](), scene.timing.settleMs, late);
}
