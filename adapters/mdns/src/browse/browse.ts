import {
  DiscoveryError,
  type InstanceLike,
  listingChannel,
  type SessionRequest,
  systemClock,
  systemRandom,
} from "@rollcall/core";
import { serviceType } from "../dns/names.js";
import type { Network } from "../net/network.js";
import type { CheckedOptions } from "../options.js";
import { Browser } from "./browser.js";

/** One session of browsing, with sockets of its own. Throws when no interface is left. */
export async function* browse(
  name: string,
  options: CheckedOptions,
  network: Network,
  { signal, report }: SessionRequest,
): AsyncGenerator<Iterable<InstanceLike>, void, undefined> {
  if (signal.aborted) return;
  const channel = listingChannel(signal);
  const browser = new Browser({
    ...options,
    type: serviceType(options.service),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    onListing: (instances) => channel.push(instances),
    onOverflow: () => report(overflow(name, options)),
  });
  const open = network.open({
    linkUp: (link) => browser.linkUp(link),
    linkChanged: (link) => browser.linkChanged(link),
    linkDown: (link) => browser.linkDown(link),
    received: (link, message, from) => browser.received(link, message, from),
    problem: report,
    // Nobody can be heard any more: that is trouble, and not the news that nobody is there.
    lost: (error) => channel.fail(error),
  });
  const close = () => {
    signal.removeEventListener("abort", close);
    browser.stop();
    return open.close();
  };
  signal.addEventListener("abort", close);
  try {
    await open.ready;
    yield* channel;
  } finally {
    await close();
  }
}

function overflow(name: string, { maxInstances }: CheckedOptions): DiscoveryError {
  const message =
    `${name}: more than ${maxInstances} instances are announced on one interface; the others are left out. Raise ` +
    "maxInstances, or find out who announces so many.";
  return new DiscoveryError("INVALID_RESPONSE", message, { adapter: name });
}
