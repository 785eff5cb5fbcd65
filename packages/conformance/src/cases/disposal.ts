import type { DiscoveryError } from "@rollcall/core";
import { isDiscoveryError } from "@rollcall/core";
import { group } from "../conformance-case.js";
import { showError } from "../listings.js";
import type { Scene } from "../scene.js";
import { check, fail, within } from "../verdict.js";

/** What `[Symbol.asyncDispose]` does, and what the object does afterwards. */
export const disposal = group("disposal", (it) => {
  it("dispose ends a subscription that waits for a change", ["dispose"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    const watcher = await scene.settled(discovery);
    watcher.ask();
    await scene.dispose(discovery);
    await watcher.ends("dispose ends every subscription normally");
  });

  it("dispose ends a subscription whose first request is in flight", ["dispose", "stall"], async (scene) => {
    const discovery = await scene.create();
    await scene.stall();
    const watcher = scene.watch(discovery);
    await watcher.inFlight();
    await scene.dispose(discovery);
    await watcher.ends("dispose ends every subscription at once, whatever is in flight");
  });

  it("dispose may be called twice, also while it is under way", ["dispose"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    await scene.settled(discovery);
    await Promise.all([scene.dispose(discovery), scene.dispose(discovery)]).catch(notIdempotent);
    await scene.dispose(discovery).catch(notIdempotent);
  });

  it("dispose before any use does nothing", ["dispose"], async (scene) => {
    const discovery = await scene.create();
    await scene
      .dispose(discovery)
      .catch((thrown) =>
        fail(`dispose before any use failed with ${showError(thrown)}: release only what was opened.`),
      );
  });

  it("after dispose a lookup fails with DISPOSED", ["dispose"], async (scene) => {
    const discovery = await scene.create();
    await scene.dispose(discovery);
    await disposedBy(scene, "lookup", async () => discovery.lookup());
  });

  it("after dispose a subscription fails with DISPOSED", ["dispose"], async (scene) => {
    const discovery = await scene.create();
    await scene.dispose(discovery);
    await disposedBy(scene, "subscribe", async () => discovery.subscribe()[Symbol.asyncIterator]().next());
  });

  it("after dispose an announcement fails with DISPOSED", ["dispose", "announce"], async (scene) => {
    const discovery = await scene.createAnnouncer();
    await scene.dispose(discovery);
    await disposedBy(scene, "announce", async () => discovery.announce(scene.instance(1)));
  });

  it("a lookup that is in flight fails with DISPOSED", ["dispose", "stall"], async (scene) => {
    const discovery = await scene.create();
    await scene.stall();
    const lookup = discovery.lookup();
    lookup.catch(() => {});
    await scene.dispose(discovery);
    await disposedBy(scene, "the lookup in flight", () => lookup);
  });
});

function notIdempotent(thrown: unknown): never {
  return fail(`dispose twice: ${showError(thrown)}. Remember the first call's promise and return it again.`);
}

/** Sees that what is tried fails at once, and with which code. */
async function disposedBy(scene: Scene, what: string, attempt: () => Promise<unknown>): Promise<void> {
  const advice = `after dispose, ${what} must fail with a DiscoveryError of code DISPOSED`;
  const thrown = await within(attempt(), scene.timing.releaseMs, `${what} did not settle: ${advice}`).then(
    () => fail(`${what} succeeded: ${advice}.`),
    (reason: unknown) => reason,
  );
  if (thrown instanceof Error && thrown.name === "AssertionError") throw thrown;
  check(
    isDiscoveryError(thrown) && (thrown as DiscoveryError).code === "DISPOSED",
    `${what} failed with ${showError(thrown)}: ${advice}, so that supervise knows that trying again is useless.`,
  );
}
