import {
  type Announcer,
  type DefinedDiscovery,
  defineDiscovery,
  type InstanceLike,
  systemClock,
  systemRandom,
} from "@rollcall/core";
import { announce } from "./announce/announce.js";
import { browse, type Recollection } from "./browse/browse.js";
import type { OpenBus } from "./bus/bus.js";
import { busOpener } from "./bus/open-bus.js";
import { checkOptions, type NatsDiscoveryOptions } from "./options.js";
import type { Setup } from "./setup.js";
import { subjectsOf } from "./wire/subjects.js";

/** @param open what tests replace */
export function createDiscovery(options: NatsDiscoveryOptions, open?: OpenBus): DefinedDiscovery & Announcer {
  const checked = checkOptions(options);
  const { clock = systemClock, random = systemRandom } = checked;
  const name = `nats(${checked.service})`;
  const subjects = subjectsOf(checked.prefix, checked.service);
  const setup: Setup = {
    ...{ ...checked, name, subjects, clock, random },
    open: open ?? busOpener(name, subjects.all, random, checked),
  };
  const recollection: Recollection = { leases: [] };
  return defineDiscovery({
    ...{ name, clock, random },
    subscribe: (request) => browse(setup, request, recollection),
    // Nothing follows a lookup that could complete it, so it gathers for as long as it may.
    lookup: (request) => firstListing(browse({ ...setup, settleMs: setup.gatherMs }, request, { leases: [] })),
    announce: (self, request) => announce(self, setup, request),
  });
}

async function firstListing(session: AsyncIterable<Iterable<InstanceLike>>): Promise<Iterable<InstanceLike>> {
  for await (const listing of session) return listing;
  return []; // aborted; nobody hears this
}
