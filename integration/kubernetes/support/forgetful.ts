import { expect, it } from "vitest";
import { SLICES, slice } from "../../../adapters/kubernetes/test/support/objects.ts";
import type { ApiServer } from "./api-server.ts";
import { endpoint } from "./behaviour.ts";
import { Scene } from "./scene.ts";

/** What must hold with a server that keeps nothing in memory, and so has forgotten what its store has. */
export function forgetful(start: () => Promise<ApiServer>): void {
  it("that forgets in the midst of a list is asked for all of it again", async ({ onTestFinished }) => {
    const server = await start();
    const scene = await Scene.begin(server, onTestFinished);
    const made = Array.from({ length: 501 }, (_, index) => {
      const host = `10.4.${Math.floor(index / 250)}.${index % 250}`;
      return slice("orders", `s-${index}`, { endpoints: [endpoint(index, {}, host)] });
    });
    for (let from = 0; from < made.length; from += 50) await scene.create(SLICES, ...made.slice(from, from + 50));
    // Far enough away that the second page is asked for only after this.
    scene.proxy.delay(300);
    const { bytesBack } = scene.proxy;
    const looking = scene.lookup();
    while (scene.proxy.bytesBack - bytesBack < 20_000) await new Promise((resolve) => setTimeout(resolve, 5));
    await scene.delete(SLICES, "s-0");
    await server.compact();
    // Whoever went on to the second page would list what is gone.
    expect(await looking).toHaveLength(500);
  });

  it("that forgets what happened since a watch heard something is asked for all of it again", async ({
    onTestFinished,
  }) => {
    const server = await start();
    const scene = await Scene.begin(server, onTestFinished);
    await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
    const follower = await scene.subscribe({ watchMs: 1_000 });
    await follower.lists("10.1.0.1");
    scene.proxy.hold();
    // Of others, so that the watch does not hear of it.
    await scene.create(SLICES, slice("others", "two", { endpoints: [endpoint(2)] }));
    await scene.create(SLICES, slice("orders", "three", { endpoints: [endpoint(3)] }));
    await scene.delete(SLICES, "one");
    // The watch ends meanwhile, and the next one begins where nobody knows any more.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await server.compact();
    scene.proxy.pass();
    await follower.lists("10.1.0.3");
    await scene.create(SLICES, slice("orders", "four", { endpoints: [endpoint(4)] }));
    await follower.lists("10.1.0.3", "10.1.0.4");
    expect(follower.toString()).toMatch(/over: undefined$/);
  });
}
