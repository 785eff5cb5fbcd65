import { DiscoveryError } from "@rollcall/core";

const ADVICE: Readonly<Record<string, string>> = Object.freeze({
  EADDRINUSE: "another program has the UDP port to itself: stop it, or make it share the port (SO_REUSEADDR)",
  EACCES: "the system does not allow it: allow the process to bind the UDP port and to send to multicast groups",
  EPERM: "the system does not allow it: look at the firewall's rules for multicast",
  ENODEV: "the interface cannot do multicast: choose others with the option interfaces",
  EADDRNOTAVAIL: "the interface has no such address: choose others with the option interfaces",
  ENETUNREACH: "there is no route for multicast by this interface",
  ENETDOWN: "the interface is down",
  ENOBUFS: "the system is out of network buffers, or multicast memberships (igmp_max_memberships)",
});

/** What happened to one link, and what can be done. */
export function linkError(adapter: string, key: string, port: number, cause: Error): DiscoveryError {
  const { code = "" } = cause as NodeJS.ErrnoException;
  const advice = ADVICE[code] ?? "see the cause";
  const message = `${adapter}: cannot use ${key} for multicast DNS on UDP port ${port}: ${cause.message}; ${advice}.`;
  return new DiscoveryError("UNAVAILABLE", message, { adapter, cause });
}

export function noLink(adapter: string, causes: readonly DiscoveryError[], missing: readonly string[]): DiscoveryError {
  if (missing.length > 0) {
    const message =
      `${adapter}: the option interfaces names ${missing.join(", ")}, and there is no interface with such a name or ` +
      "address now. Write a name (eth0) or an address as the system shows them; it is looked for again.";
    // An interface may still appear: a cable, a VPN, a container network.
    return new DiscoveryError("MISCONFIGURED", message, { adapter, retryable: true });
  }
  const [first] = causes;
  if (causes.length === 1 && first) return first;
  const why =
    causes.length === 0 ? "there is none, apart from loopback" : causes.map((cause) => cause.message).join(" ");
  const message =
    `${adapter}: no network interface is usable for multicast DNS: ${why}. Connect the machine, or give the option ` +
    'interfaces; ["127.0.0.1"] reaches the processes of this machine.';
  return new DiscoveryError("UNAVAILABLE", message, { adapter, cause: causes });
}
