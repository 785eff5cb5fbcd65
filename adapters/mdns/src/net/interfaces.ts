import { BlockList, type IPVersion, isIP } from "node:net";
import type { NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { isLinkLocal, withoutZone } from "../dns/address.js";

/** The system's interfaces, as `os.networkInterfaces()` gives them. */
export type Interfaces = ReturnType<typeof networkInterfaces>;

/** An interface and address family to open a socket on. */
export interface LinkSpec {
  /** Such as `eth0/IPv4`. */
  readonly key: string;
  readonly family: "IPv4" | "IPv6";
  readonly zone: string;
  readonly isLoopback: boolean;
  /** How the system is told which interface: an address of it for IPv4, `::%zone` for IPv6. */
  readonly multicastInterface: string;
  /** The interface's own addresses of both families, without zones. */
  readonly addresses: readonly string[];
  /** Its subnets, such as `10.0.0.7/24`. */
  readonly subnets: readonly string[];
  /** Differs when a socket opened before has to be opened again, as its membership was lost with the interface. */
  readonly identity: string;
}

/**
 * The links to use. Without `wanted` all that lead to other machines; IPv6 where there is a link-local address, as
 * without one the group ff02::fb cannot be sent to.
 *
 * @param wanted interface names (both families) or addresses (the family of the address)
 */
export function selectLinks(
  all: Interfaces,
  wanted?: readonly string[],
  platform: NodeJS.Platform = process.platform,
): LinkSpec[] {
  return Object.entries(all).flatMap(([name, infos = []]) => {
    if (wanted === undefined && infos.every(({ internal }) => internal)) return [];
    return (["IPv4", "IPv6"] as const).flatMap((family) => {
      const isWanted = wanted === undefined || wanted.some((text) => names(text, name, family, infos));
      const spec = isWanted ? toSpec(name, infos, family, platform) : undefined;
      return spec ? [spec] : [];
    });
  });
}

/** Those of the wanted names and addresses that no interface has now. */
export function missingInterfaces(all: Interfaces, wanted: readonly string[] = []): string[] {
  return wanted.filter((text) => {
    return !Object.entries(all).some(([name, infos = []]) =>
      (["IPv4", "IPv6"] as const).some((family) => names(text, name, family, infos)),
    );
  });
}

/** A test for addresses in any of the subnets. */
export function subnetTest(subnets: Iterable<string>): (address: string) => boolean {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", prefix] = subnet.split("/", 2);
    list.addSubnet(address, Number(prefix), versionOf(address));
  }
  return (address) => {
    const plain = withoutZone(address);
    return isIP(plain) !== 0 && list.check(plain, versionOf(plain));
  };
}

function names(text: string, name: string, family: string, infos: readonly NetworkInterfaceInfo[]): boolean {
  if (text === name) return true;
  return infos.some((info) => info.family === family && withoutZone(text) === info.address && isZoneOf(text, name));
}

function isZoneOf(text: string, name: string): boolean {
  const [, zone] = text.split("%", 2);
  return zone === undefined || zone === name;
}

function toSpec(
  name: string,
  infos: readonly NetworkInterfaceInfo[],
  family: "IPv4" | "IPv6",
  platform: NodeJS.Platform,
): LinkSpec | undefined {
  const own = infos.filter((info) => info.family === family);
  const main = family === "IPv4" ? own[0] : own.find(({ address }) => isLinkLocal(address));
  if (main === undefined) return undefined;
  const zone = platform === "win32" && main.family === "IPv6" ? String(main.scopeid) : name;
  const multicastInterface = family === "IPv4" ? main.address : `::%${zone}`;
  return {
    key: `${name}/${family}`,
    family,
    zone,
    isLoopback: infos.every(({ internal }) => internal),
    multicastInterface,
    addresses: infos.map(({ address }) => address),
    subnets: infos.flatMap(({ cidr }) => (cidr === null ? [] : [cidr])),
    identity: JSON.stringify([multicastInterface, main.mac, main.family === "IPv6" ? main.scopeid : 0]),
  };
}

function versionOf(address: string): IPVersion {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
