import { leftovers } from "../active-resources.js";
import { group } from "../conformance-case.js";
import type { Scene } from "../scene.js";
import { check } from "../verdict.js";

/** What stays open: sockets, timers, watchers, requests that keep the process alive. */
export const handles = group("handles", (it) => {
  it("a subscription that is never read opens nothing", ["handles"], async (scene) => {
    const discovery = await scene.create();
    await cleansUp(
      scene,
      "subscribe() without a read",
      "open the session at the first next(), not before",
      async () => {
        discovery.subscribe();
      },
    );
  });

  it("a subscription that was aborted leaves nothing open", ["handles"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    await cleansUp(scene, "an aborted subscription", "hang the clean-up on the signal", async () => {
      const abort = new AbortController();
      const watcher = await scene.settled(discovery, { signal: abort.signal });
      watcher.ask();
      abort.abort();
      await watcher.ends("abort ends the iteration");
    });
  });

  it("a subscription that was left by break leaves nothing open", ["handles"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    await cleansUp(scene, "a subscription left by break", "clean up in return(), or in a finally", async () => {
      const watcher = await scene.settled(discovery);
      await watcher.close();
    });
  });

  it("a subscription that failed leaves nothing open", ["handles", "unavailability"], async (scene) => {
    await scene.inhabit();
    const discovery = await scene.create();
    await cleansUp(scene, "a failed subscription", "release also what was open when the error came", async () => {
      const watcher = await scene.settled(discovery);
      await scene.makeUnavailable();
      await watcher.fails("the session must fail when the backend goes away");
      await scene.restore();
    });
  });

  it("a lookup leaves nothing open", ["handles"], async (scene) => {
    const discovery = await scene.create();
    await cleansUp(scene, "a finished lookup", "cancel its time-out and close its connection", async () => {
      await discovery.lookup();
    });
  });

  it("a withdrawn announcement leaves nothing open", ["handles", "announce"], async (scene) => {
    const discovery = await scene.createAnnouncer();
    await cleansUp(scene, "a withdrawn announcement", "stop its renewal", async () => {
      const announcement = await discovery.announce(scene.instance(1));
      await announcement[Symbol.asyncDispose]();
    });
  });

  it("a disposed discovery leaves nothing open", ["handles", "dispose"], async (scene) => {
    await scene.inhabit();
    const advice = "close every client and timer the object owns, also those of sessions that were waiting";
    await cleansUp(scene, "a disposed discovery", advice, async () => {
      const discovery = await scene.create();
      await discovery.lookup();
      const watcher = await scene.settled(discovery);
      watcher.ask();
      await scene.dispose(discovery);
    });
  });
});

async function cleansUp(scene: Scene, what: string, advice: string, use: () => Promise<void>): Promise<void> {
  const left = await leftovers(use, scene.timing.settleMs);
  check(left === "", `${what} leaves ${left} open and so keeps the process alive: ${advice}, or use defineDiscovery.`);
}
