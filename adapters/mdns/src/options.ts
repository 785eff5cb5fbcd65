import { type Clock, DiscoveryError, isPort, type Random } from "@rollcall/core";
import { isServiceName } from "./dns/names.js";

/** What {@link mdnsDiscovery} takes. Durations are in milliseconds. */
export interface MdnsDiscoveryOptions {
  /**
   * What the instances offer, such as `orders`: all nodes of one system use the same. 1–15 letters, digits and hyphens
   * (RFC 6335). On the network it is `_orders._tcp.local`.
   */
  readonly service: string;
  /**
   * Where to browse and announce: names (`eth0`, for both address families) or addresses of interfaces. Default: all
   * that lead to other machines. Named ones may come later. `["127.0.0.1"]` is for the processes of one machine.
   */
  readonly interfaces?: readonly string[];
  /** UDP port, shared with other programs. Another one than 5353 makes a world of its own. Default 5353. */
  readonly port?: number;
  /**
   * The instance's name when announcing, as people see it in a service browser. Dots become hyphens, and a number is
   * added when the name is taken. Default: the id, or else host name and port.
   */
  readonly instanceName?: string;
  /**
   * How long others may believe the SRV and address records that we announce: within this time a crashed process
   * vanishes from their listings. Shorter finds crashes sooner, and makes every browser ask more often (it asks after
   * 80 % of the time). Whole seconds, at least 2000: an answer may be held back for one. Default 120,000, as RFC 6762
   * has it.
   */
  readonly hostTtlMs?: number;
  /**
   * The same for the PTR and TXT records. They alone do not make an instance listed, so a long time does no harm here;
   * in browsers that show names alone a crashed process stays that long. Whole seconds. Default 4,500,000 (75 minutes).
   */
  readonly serviceTtlMs?: number;
  /**
   * How long a lookup gathers answers, and a subscription waits before it says that nobody is there. Nothing tells when
   * all have answered. 1500 covers a second question, in case the first was lost, and answers that are held back for
   * up to a second because the same was just multicast. Shorter is quicker and may find too few. Below 3000, when a
   * lookup times out. Default 1500.
   */
  readonly firstListingMs?: number;
  /**
   * A subscription that has found somebody gives its first listing when nobody new has been found for this long. Most
   * answer within 120 ms of the question; who comes later is in the next listing. 0 gives the first one found at once.
   * Default 120.
   */
  readonly settleMs?: number;
  /** How often to look for interfaces that have come or gone. Default 5000. */
  readonly interfacePollMs?: number;
  /** At most this many instances are kept per interface; those that are left out are reported. Default 4096. */
  readonly maxInstances?: number;
  /** Default: the process's own. */
  readonly clock?: Clock;
  /** Default: the process's own. */
  readonly random?: Random;
}

/** What is used for options that are not given. */
export const MDNS_DEFAULTS = Object.freeze({
  port: 5353,
  hostTtlMs: 120_000,
  serviceTtlMs: 4_500_000,
  firstListingMs: 1500,
  settleMs: 120,
  interfacePollMs: 5000,
  maxInstances: 4096,
});

type Defaulted = keyof typeof MDNS_DEFAULTS;
/** Options with the defaults filled in. */
export type CheckedOptions = Omit<MdnsDiscoveryOptions, Defaulted> & { readonly [Name in Defaulted]: number };

/** An option that is misspelt, such as `interface`, would be the default: every interface. */
const KNOWN = [...Object.keys(MDNS_DEFAULTS), "service", "interfaces", "instanceName", "clock", "random"];

/** As long as a lookup may take (core's default), so that an empty one is an answer and not a time-out. */
const LOOKUP_MS = 3000;
const DAY_MS = 86_400_000;

/** @throws DiscoveryError `INVALID_OPTION`, naming the option */
export function checkOptions(options: MdnsDiscoveryOptions): CheckedOptions {
  const unknown = Object.keys(options ?? {}).find((option) => !KNOWN.includes(option));
  if (unknown !== undefined) {
    const message = `mdnsDiscovery has no option ${unknown}; it has ${KNOWN.join(", ")}.`;
    throw new DiscoveryError("INVALID_OPTION", message);
  }
  const { service, interfaces, instanceName } = options ?? {};
  const require = (holds: boolean, option: string, what: string) => {
    const value = JSON.stringify((options as unknown as Record<string, unknown> | undefined)?.[option]);
    if (!holds) throw new DiscoveryError("INVALID_OPTION", `mdnsDiscovery: ${option} must be ${what}, not ${value}.`);
  };
  require(isServiceName(service), "service", "1 to 15 letters, digits and single hyphens with at least one letter");
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  require(interfaces === undefined ||
    (Array.isArray(interfaces) &&
      interfaces.length > 0 &&
      interfaces.every(isText)), "interfaces", 'a list of interface names or addresses, such as ["eth0"]');
  require(instanceName === undefined || isText(instanceName), "instanceName", "a text that is not empty");
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const checked = { ...MDNS_DEFAULTS, ...given } as CheckedOptions;
  const between = (option: Defaulted, low: number, high: number) => {
    const value = checked[option];
    require(typeof value === "number" && value >= low && value <= high, option, `a number from ${low} to ${high}`);
  };
  require(isPort(checked.port), "port", "a whole number from 1 to 65535");
  between("firstListingMs", 1, LOOKUP_MS - 1);
  between("settleMs", 0, LOOKUP_MS - 1);
  between("interfacePollMs", 1, DAY_MS);
  between("maxInstances", 1, 1_000_000);
  for (const option of ["hostTtlMs", "serviceTtlMs"] as const) {
    between(option, 2000, DAY_MS);
    require(checked[option] % 1000 === 0, option, "whole seconds in milliseconds, such as 120000");
  }
  return checked;
}
