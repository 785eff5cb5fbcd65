import { type DefinedDiscovery, DiscoveryError, defineDiscovery, systemClock } from "@rollcall/core";
import { readResolvConf, type Surroundings } from "./net/resolv-conf.js";
import { tcpExchange } from "./net/tcp-exchange.js";
import type { Transport } from "./net/transport.js";
import { udpExchange } from "./net/udp-exchange.js";
import { type CheckedOptions, checkOptions, type DnsDiscoveryOptions } from "./options.js";
import { Problems } from "./problems.js";
import { AddressBook } from "./resolve/address-book.js";
import { type Deadline, withDeadline } from "./resolve/deadline.js";
import { listAddresses, listServices } from "./resolve/listing.js";
import { Trouble } from "./resolve/trouble.js";

const SOCKETS: Transport = Object.freeze({ udp: udpExchange, tcp: tcpExchange });
/** Our own time-out says which server was silent; core's is for what ours does not cover, such as reading a file. */
const CORE_GRACE_MS = 500;

/** @param transport what tests replace */
export function createDiscovery(options: DnsDiscoveryOptions, transport: Transport = SOCKETS): DefinedDiscovery {
  const checked = checkOptions(options);
  const {
    port,
    families,
    timeoutMs,
    retransmitMs,
    minPollMs,
    maxPollMs,
    pollMs,
    clock = systemClock,
    random,
  } = checked;
  const name = `dns(${checked.name}${port === undefined ? "" : `:${port}`})`;
  const book = new AddressBook(clock);
  const problems = new Problems(name);

  const find = ({ servers, preferTcp, ...where }: Surroundings, deadline: Deadline) => {
    const asking = { transport, preferTcp, servers: [...servers], retransmitMs, clock, deadline };
    const what = { name: checked.name, families, where, asking };
    return port === undefined ? listServices(what, book) : listAddresses(what, port);
  };
  return defineDiscovery({
    ...{ name, clock, minPollMs, maxPollMs, pollMs, timeoutMs: timeoutMs + CORE_GRACE_MS },
    ...(random === undefined ? {} : { random }),
    async lookup({ signal, report }) {
      const surroundings = await surroundingsOf(checked, name);
      try {
        const found = await withDeadline(timeoutMs, clock, signal, (deadline) => find(surroundings, deadline));
        problems.tell(report, found.problems);
        return { instances: found.instances, ...(found.ttl === undefined ? {} : { ttlMs: found.ttl * 1000 }) };
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        const { code, message, cause = error } = error;
        // A server that says no may be one that is just starting, and asking again costs a datagram.
        throw new DiscoveryError(code, `${name}: ${message}.`, { adapter: name, retryable: true, cause });
      }
    },
  });
}

async function surroundingsOf(options: CheckedOptions, name: string): Promise<Surroundings> {
  const { servers, searchDomains, ndots, preferTcp, resolvConf } = options;
  const said: Surroundings = servers
    ? { servers, searchDomains: [], ndots: 1, preferTcp: false }
    : await readResolvConf(resolvConf, name);
  return {
    servers: said.servers,
    searchDomains: searchDomains ?? said.searchDomains,
    ndots: ndots ?? said.ndots,
    preferTcp: preferTcp ?? said.preferTcp,
  };
}
