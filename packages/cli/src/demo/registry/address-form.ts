import { isIPv4 } from "node:net";

/** What the address of a registry that runs already looks like. */
export interface AddressForm {
  readonly example: string;
  fits(url: URL): boolean;
}

/** Whether a text is such an address, so that what is wrong with it is said before anybody is asked. */
export function isAddress(text: string, { fits }: AddressForm): boolean {
  const url = URL.parse(text);
  return url !== null && url.hostname !== "" && url.port !== "0" && fits(url);
}

export const consulAddress: AddressForm = {
  example: "http://127.0.0.1:8500",
  fits: isWeb,
};

export const etcdAddress: AddressForm = {
  example: "http://127.0.0.1:2379",
  fits: (url) => isWeb(url) && url.pathname === "/" && isBare(url),
};

export const natsAddress: AddressForm = {
  example: "nats://127.0.0.1:4222",
  fits: (url) => url.protocol === "nats:" && url.pathname === "" && isBare(url),
};

/** With the zone that the nodes put themselves into. */
export const dnsAddress: AddressForm = {
  example: "dns://127.0.0.1:5353/demo.test",
  fits: (url) =>
    url.protocol === "dns:" && isIPv4(url.hostname) && /^\/[\w-]+(\.[\w-]+)*$/.test(url.pathname) && isBare(url),
};

function isWeb({ protocol }: URL): boolean {
  return protocol === "http:" || protocol === "https:";
}

/** Nothing before the host, and nothing behind the path. */
function isBare({ username, password, search, hash }: URL): boolean {
  return username + password + search + hash === "";
}
