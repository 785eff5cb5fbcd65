import { seededRandom } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { lossy } from "./support/medium.js";
import type { Browsing } from "./support/world.js";
import { World } from "./support/world.js";

const NODES = 30;

it.each([1, 2, 3])(
  "thirty nodes find each other, and miss who crashes, on a network that loses packets (seed %i)",
  async (seed) => {
    const world = new World(seed * 1000);
    world.medium.loses = lossy(seededRandom(seed), 0.02);
    const nodes = Array.from({ length: NODES }, (_, index) => {
      const host = `10.0.0.${index + 1}`;
      const station = world.station(host);
      return { id: `node-${index}`, host, station, browsing: world.browse(station) };
    });
    const announcing = nodes.map(({ station, id, host }) => world.announce(station, { id, host }));
    await world.clock.settle(Promise.all(announcing));
    const everybody = nodes.map(({ id }) => id).sort();
    const seeAll = (some: readonly { browsing: Browsing }[], ids: readonly string[]) =>
      some.every(({ browsing }) => browsing.ids.join() === ids.join());
    await world.clock.until(() => seeAll(nodes, everybody), 10_000, "that everybody lists everybody");

    const [crashing, staying] = [nodes.slice(0, 5), nodes.slice(5)];
    const left = staying.map(({ id }) => id).sort();
    for (const { station } of crashing) station.crash();
    await world.clock.until(() => seeAll(staying, left), 125_000, "that the crashed are missed");

    // Nobody who answers is ever lost sight of, and doing nothing costs little.
    const counts = staying.map(({ browsing }) => browsing.listings.length);
    const [before, tenMinutes] = [world.medium.log.length, 600_000];
    await world.clock.advance(tenMinutes);
    expect(staying.map(({ browsing }) => browsing.listings.length)).toEqual(counts);
    const perNodeAndSecond = (world.medium.log.length - before) / staying.length / (tenMinutes / 1000);
    expect(perNodeAndSecond).toBeLessThan(0.1);
  },
);
