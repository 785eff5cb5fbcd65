import { getServers } from "node:dns";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { DiscoveryError, type Endpoint, parseEndpoint } from "@rollcall/core";
import { isDomainName, type Search } from "../wire/names.js";

export const DNS_PORT = 53;

/** Where to ask, and for which names. */
export interface Surroundings extends Search {
  /** IP addresses and ports, the one to ask first at the front. */
  readonly servers: readonly Endpoint[];
  /** Whether to ask by TCP from the start. */
  readonly preferTcp: boolean;
}

/** What resolv.conf(5) says for a file that says nothing. */
const NOTHING_SAID: Surroundings = Object.freeze({
  servers: Object.freeze([{ host: "127.0.0.1", port: DNS_PORT }]),
  searchDomains: Object.freeze([]),
  ndots: 1,
  preferTcp: false,
});

/**
 * Reads a file such as `/etc/resolv.conf`. One that does not exist, as on Windows, gives the servers that Node.js knows.
 *
 * @throws DiscoveryError `MISCONFIGURED`, naming the file
 */
export async function readResolvConf(file: string, name: string): Promise<Surroundings> {
  try {
    return parseResolvConf(await readFile(file, "utf8"));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      return { ...NOTHING_SAID, servers: getServers().map((text) => parseEndpoint(text, DNS_PORT)) };
    const what = `${name}: cannot read ${file} (${message}); give the options resolvConf, or servers.`;
    throw new DiscoveryError("MISCONFIGURED", what, { adapter: name, retryable: true, cause });
  }
}

/** The parts of resolv.conf(5) that matter here: nameserver, search, domain, and the options ndots and use-vc. */
export function parseResolvConf(text: string): Surroundings {
  const servers: Endpoint[] = [];
  const said: { -readonly [Key in keyof Surroundings]?: Surroundings[Key] } = {};
  for (const line of text.split("\n")) {
    const [keyword, ...words] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    switch (keyword) {
      case "nameserver":
        if (isIP(words[0]?.replace(/%.*$/, "") ?? "") > 0) servers.push({ host: words[0] as string, port: DNS_PORT });
        break;
      // The last of these two lines counts.
      case "domain":
      case "search":
        said.searchDomains = words.filter((word) => word !== "." && isDomainName(word));
        break;
      case "options":
        for (const option of words) {
          const [, dots] = /^ndots:(\d+)$/.exec(option) ?? [];
          if (dots !== undefined) said.ndots = Math.min(15, Number(dots));
          if (option === "use-vc") said.preferTcp = true;
        }
    }
  }
  return { ...NOTHING_SAID, ...said, ...(servers.length > 0 ? { servers } : {}) };
}
