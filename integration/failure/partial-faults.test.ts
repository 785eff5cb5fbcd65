import { describe, it } from "vitest";
import { findServer } from "../servers/report.ts";
import { CROWD_MS } from "../support/patience.ts";
import { everybodySeesEverybody, gone } from "./support/cluster.ts";
import type { Member } from "./support/member.ts";
import { findFaultyNetworks, Site } from "./support/site.ts";

const namespaces = await findServer("network-namespaces", findFaultyNetworks);

/** Longer than the detector takes to find somebody unreachable, and the default strategy to down it. */
const LONG_MS = 5_000;

describe.skipIf(namespaces === undefined).concurrent("a network in which something is broken", () => {
  it("costs nobody, and nobody is even unreachable, when one member is refused by another", async (context) => {
    const { expect, onTestFinished } = context;
    const site = await Site.create(3, onTestFinished);
    const members = await site.startMembers();

    await Promise.all([site.refuse(1, 3), site.refuse(3, 1)]);
    await lasts(LONG_MS);

    expect(members.flatMap((member) => member.changesTo("unreachable", "leaving", "down", "removed"))).toEqual([]);
    await site.heal();
    await everybodySeesEverybody(members);
  });

  it("costs nobody, and nobody is even unreachable, when one member does not hear another one", async (context) => {
    const { expect, onTestFinished } = context;
    const site = await Site.create(3, onTestFinished);
    const members = await site.startMembers();

    await site.deafen(1, [3]);
    await lasts(LONG_MS);

    expect(members.flatMap((member) => member.changesTo("unreachable", "leaving", "down", "removed"))).toEqual([]);
    await site.heal();
    await everybodySeesEverybody(members);
  });

  it("has all reachable again once it has healed, if nobody is to be downed", async (context) => {
    const { expect, onTestFinished } = context;
    const site = await Site.create(5, onTestFinished);
    const members = await site.startMembers({ downing: ["noDowning"] });
    const [left, right] = [members.slice(0, 2), members.slice(2)];

    await site.cut([1, 2], [3, 4, 5]);
    await Promise.all([...lose(left, right), ...lose(right, left)]);
    await site.heal();

    await everybodySeesEverybody(members);
    expect(gone(members)).toEqual([]);
  });
});

describe.skipIf(namespaces === undefined).concurrent("a network that was cut for a minute", () => {
  it("has all reachable again 10 s after it has healed, though TCP would wait for most of another", async (context) => {
    const { expect, onTestFinished } = context;
    const site = await Site.create(3, onTestFinished);
    const members = await site.startMembers({ downing: ["noDowning"] });
    const [left, right] = [members.slice(0, 1), members.slice(1)];

    await site.cut([1], [2, 3]);
    await Promise.all([...lose(left, right), ...lose(right, left), lasts(60_000)]);
    await site.heal();

    // In virtual time it is half of that.
    await everybodySeesEverybody(members, 10_000 + CROWD_MS);
    expect(gone(members)).toEqual([]);
  }, 300_000);
});

/** Resolves when each of these has found each of those unreachable. */
function lose(these: readonly Member[], those: readonly Member[]): Promise<void>[] {
  return these.flatMap((one) => those.map(({ id }) => one.hasSeen(`${id} unreachable`)));
}

/** For what is not to happen there is nothing to wait for but time. */
const lasts = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
