import {
  DiscoveryError,
  type Registration,
  type ServiceInstance,
  type SessionRequest,
  systemClock,
  systemRandom,
} from "@rollcall/core";
import { isLoopback, isWildcard } from "../dns/address.js";
import type { Link, Network } from "../net/network.js";
import type { CheckedOptions } from "../options.js";
import { AnnouncedService } from "./announced-service.js";
import { announcedThing, type ResolveHost } from "./announced-thing.js";

/**
 * Announces until withdrawn. Resolves once the first announcement is out on every interface, about a second from now;
 * rejects when there is no interface, or when the signal aborts before that.
 */
export async function announce(
  self: ServiceInstance,
  name: string,
  options: CheckedOptions,
  network: Network,
  resolve: ResolveHost,
  { signal, report }: SessionRequest,
): Promise<Registration> {
  const { clock = systemClock, random = systemRandom } = options;
  const thing = await announcedThing(self, options, { name, clock, signal, resolve });
  signal.throwIfAborted();

  let ready = false;
  let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  const announced = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const check = () => {
    if (ready && service.isAnnounced) settle?.resolve();
  };
  const service = new AnnouncedService({
    ...{ thing, clock, random },
    onProgress: check,
    onRenamed: (newName) => report(renamed(name, newName)),
  });
  let warned = false;
  const linkUp = (link: Link) => {
    service.linkUp(link);
    if (warned || link.isLoopback || !(service.addresses.length > 0 && service.addresses.every(isLoopback))) return;
    warned = true;
    report(onlyHere(name, self.host));
  };
  const open = network.open({
    linkUp,
    linkChanged: linkUp,
    linkDown: (link) => service.linkDown(link),
    received: (link, message, from) => service.received(link, message, from),
    problem: report,
    lost: report,
  });

  const abort = () => settle?.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    await Promise.race([open.ready, announced]);
    if (service.addresses.length === 0) throw nowhere(name, self.host);
    ready = true;
    check();
    await announced;
  } catch (error) {
    await service.withdraw();
    await open.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
  const [address] = service.addresses;
  return {
    instance: isWildcard(self.host) && address !== undefined ? { ...self, host: address } : self,
    async withdraw() {
      await service.withdraw();
      await open.close();
    },
  };
}

function renamed(adapter: string, newName: string): DiscoveryError {
  const message = `${adapter}: somebody else is announced under the name that was wanted; ours is now ${newName}.`;
  return new DiscoveryError("CONFLICT", message, { adapter });
}

function onlyHere(adapter: string, host: string): DiscoveryError {
  const message =
    `${adapter}: announces ${host}, which on every other machine means that machine. Announce an address that others ` +
    'can dial, or 0.0.0.0 for those of each interface; for processes of one machine set interfaces to ["127.0.0.1"].';
  return new DiscoveryError("MISCONFIGURED", message, { adapter });
}

function nowhere(adapter: string, host: string): DiscoveryError {
  const message =
    `${adapter}: cannot announce ${host}: no interface that is used leads to it. Announce an address of one of them, ` +
    "or choose others with the option interfaces.";
  return new DiscoveryError("MISCONFIGURED", message, { adapter, retryable: true });
}
