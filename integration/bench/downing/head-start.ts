import { type ClusterSystem, keepMajority } from "@rollcall/cluster";
import { SimulatedCluster } from "@rollcall/testkit";

/** How often it is looked who has gone, in virtual milliseconds. */
const LOOK_EVERY_MS = 50;
/** Longer than anybody takes to find out that the network was split. */
const OVER_MS = 120_000;

/** Since the cut. */
export interface HeadStart {
  /** When the last of the losing side was down. */
  readonly goneMs: number;
  /** When the other side downed the first of them. */
  readonly downedMs: number;
  /** How long the losing side was gone by then; negative if it was not. */
  readonly headStartMs: number;
}

/**
 * Forms a cluster with `keepMajority()`, cuts it at a moment that depends on the seed, and looks who goes when.
 *
 * @param most how many are on the side that survives
 * @param few how many are not
 * @param fewAreLowest whether those have the lowest addresses, so that the others need a new leader
 */
export async function splitOnce(most: number, few: number, fewAreLowest: boolean, seed: number): Promise<HeadStart> {
  await using cluster = new SimulatedCluster({
    seed,
    configure: (settings) => {
      settings.downing = keepMajority();
    },
  });
  const systems: ClusterSystem[] = [];
  for (let started = 0; started < most + few; started++) systems.push(await cluster.start());
  const [first, ...rest] = systems as [ClusterSystem, ...ClusterSystem[]];
  await cluster.clock.settle(Promise.all(rest.map((system) => system.cluster.join(first.cluster.self.address))));
  await cluster.clock.settle(Promise.all(systems.map((system) => system.cluster.joined({ withinMs: 30_000 }))));
  await cluster.clock.advance(Math.round(20_000 * (1 + cluster.random())));

  const losers = fewAreLowest ? systems.slice(0, few) : systems.slice(most);
  const winners = systems.filter((system) => !losers.includes(system));
  const hosts = (of: readonly ClusterSystem[]) => of.map((system) => system.cluster.self.host);
  cluster.network.cut(hosts(losers), hosts(winners));
  const cutAt = cluster.clock.now();
  const isDown = (of: ClusterSystem, inTheEyesOf: ClusterSystem) =>
    inTheEyesOf.cluster.membership.get(of.cluster.self.id)?.status !== "up";
  const hasGone = (system: ClusterSystem) => isDown(system, system);
  const hasDowned = (system: ClusterSystem) => losers.some((loser) => isDown(loser, system));
  let [goneMs, downedMs] = [Number.NaN, Number.NaN];
  for (let ms = 0; ms <= OVER_MS && Number.isNaN(goneMs + downedMs); ms += LOOK_EVERY_MS) {
    await cluster.clock.advance(LOOK_EVERY_MS);
    const sinceCut = cluster.clock.now() - cutAt;
    if (Number.isNaN(goneMs) && losers.every(hasGone)) goneMs = sinceCut;
    if (Number.isNaN(downedMs) && winners.some(hasDowned)) downedMs = sinceCut;
  }
  if (winners.some(hasGone))
    throw new Error(`With seed ${seed} the side of ${most} has lost a member to that of ${few}.`);
  return { goneMs, downedMs, headStartMs: downedMs - goneMs };
}
