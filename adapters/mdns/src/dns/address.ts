import { isIP } from "node:net";

/** The address's 4 or 16 bytes, as in an A or AAAA record; undefined when the text is no address. A zone is left out. */
export function addressBytes(text: string): Buffer | undefined {
  const [address = ""] = text.split("%", 1);
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  if (isIP(address) !== 6) return undefined;
  // The URL parser writes every form of an address (zeros, embedded IPv4, upper case) in one way.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (half: string) => (half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16)));
  const [first, last] = [groups(head), groups(tail ?? "")];
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** 169.254.0.0/16 or fe80::/10: means something on one link only. */
export function isLinkLocal(address: string): boolean {
  const bytes = addressBytes(address);
  if (bytes?.length === 4) return bytes[0] === 169 && bytes[1] === 254;
  return bytes !== undefined && bytes[0] === 0xfe && ((bytes[1] as number) & 0xc0) === 0x80;
}

/** 127.0.0.0/8 or ::1: means this machine, whichever it is. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address);
  if (bytes?.length === 4) return bytes[0] === 127;
  return bytes?.every((byte, index) => byte === (index === 15 ? 1 : 0)) ?? false;
}

/** 0.0.0.0 or ::, what a server listens on to be reached at every address of its machine. */
export function isWildcard(address: string): boolean {
  return addressBytes(address)?.every((byte) => byte === 0) ?? false;
}

/** The address without the zone, which means nothing to others. */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}
