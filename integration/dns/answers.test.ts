import { formatEndpoint } from "@rollcall/core";
import { type DnsDiscoveryOptions, dnsDiscovery } from "@rollcall/dns";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DnsmasqServer, DOMAIN, findDnsmasq } from "../servers/dnsmasq.ts";
import { findServer } from "../servers/report.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { nameServers } from "./name-servers.ts";
import { addressRecord, BROKEN_ZONE, serviceRecord, ZONE, type ZoneServer } from "./zone-server.ts";

/** Three hundred records are six hundred questions where the server sends no addresses along, on a machine that is busy. */
const PATIENT = { timeoutMs: IN_TIME_MS } as const;
const IN_TIME = { timeout: IN_TIME_MS } as const;
const SHORT = { minPollMs: 50, maxPollMs: 100 } as const;
const numbersTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const addressOf = (number: number) => `10.77.${number >> 8}.${number & 255}`;

describe.each(nameServers)("$name", ({ name, start }) => {
  if (start === undefined) return it.skip(`${name} answers`);
  let server: ZoneServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const places = async (options: DnsDiscoveryOptions) => {
    const listing = await dnsDiscovery({ servers: [server.address], ...PATIENT, ...options }).lookup();
    return listing.map(formatEndpoint).sort();
  };

  it.each([0, 3, 300])("has %d SRV records: all are listed, with their addresses", async (count) => {
    const service = `_rollcall._tcp.of-${count}.${ZONE}`;
    const numbers = numbersTo(count);
    const target = (number: number) => `n${number}.of-${count}.${ZONE}`;
    const add = numbers.flatMap((number) => [
      serviceRecord(service, target(number), 7000 + number, number),
      addressRecord(target(number), addressOf(number)),
    ]);
    if (count > 0) await server.change({ add });
    const expected = numbers.map((number) => `${addressOf(number)}:${7000 + number}`).sort();
    for (const preferTcp of [false, true]) expect(await places({ name: service, preferTcp })).toEqual(expected);
    if (count !== 3) return;
    const listing = await dnsDiscovery({ name: service, servers: [server.address], ...PATIENT }).lookup();
    expect(listing.find(({ port }) => port === 7002)?.metadata).toEqual({
      ...{ priority: "0", weight: "2" },
      target: target(2),
    });
  });

  it("has addresses of both families: those that are wanted are listed", async () => {
    const host = `both.${ZONE}`;
    await server.change({ add: [addressRecord(host, "10.77.0.1"), addressRecord(host, "fd00::1")] });
    expect(await places({ name: host, port: 7337 })).toEqual(["10.77.0.1:7337", "[fd00::1]:7337"]);
    expect(await places({ name: host, port: 7337, type: "A" })).toEqual(["10.77.0.1:7337"]);
    expect(await places({ name: host, port: 7337, type: "AAAA" })).toEqual(["[fd00::1]:7337"]);
    expect(await places({ name: "both", port: 7337, type: "A", searchDomains: [ZONE] })).toEqual(["10.77.0.1:7337"]);
  });

  it("has aliases: they are followed", async () => {
    const add = [
      { name: `alias.${ZONE}`, type: "CNAME", data: `alias-2.${ZONE}.` },
      { name: `alias-2.${ZONE}`, type: "CNAME", data: `real.${ZONE}.` },
      addressRecord(`real.${ZONE}`, "10.77.0.9"),
    ] as const;
    await server.change({ add });
    expect(await places({ name: `alias.${ZONE}`, port: 7337 })).toEqual(["10.77.0.9:7337"]);
  });

  it("has a service that is decidedly not available: nobody is listed", async () => {
    const service = `_nothing._tcp.${ZONE}`;
    await server.change({ add: [{ name: service, type: "SRV", data: "0 0 0 ." }] });
    expect(await places({ name: service })).toEqual([]);
  });

  it("knows no such name (NXDOMAIN), or no such records: nobody is listed", async () => {
    expect(await places({ name: `nobody.${ZONE}` })).toEqual([]);
    expect(await places({ name: `ns.${ZONE}` })).toEqual([]);
  });

  it("refuses (REFUSED), or cannot find out (SERVFAIL): that is a failure, which names it", async () => {
    await expect(places({ name: "orders.elsewhere.test" })).rejects.toMatchObject({
      ...{ code: "FORBIDDEN", retryable: true },
      message: expect.stringMatching(new RegExp(`${server.address}.*REFUSED`)),
    });
    await expect(places({ name: `orders.${BROKEN_ZONE}` })).rejects.toMatchObject({
      ...{ code: "UNAVAILABLE", retryable: true },
      message: expect.stringMatching(new RegExp(`${server.address}.*SERVFAIL`)),
    });
  });

  it("changes its zone: a subscription lists each change, and an unchanged set once", async () => {
    const service = `_rollcall._tcp.live.${ZONE}`;
    const target = (number: number) => `n${number}.live.${ZONE}`;
    const records = (number: number) => [
      serviceRecord(service, target(number), 7000 + number),
      addressRecord(target(number), addressOf(number)),
    ];
    const listings: string[] = [];
    const abort = new AbortController();
    const subscription = dnsDiscovery({ name: service, servers: [server.address], ...PATIENT, ...SHORT }).subscribe(
      abort,
    );
    const reading = (async () => {
      for await (const listing of subscription)
        listings.push(
          listing
            .map(({ port }) => port)
            .sort()
            .join(),
        );
    })();
    const lists = (ports: string) => vi.waitFor(() => expect(listings.at(-1)).toBe(ports), IN_TIME);
    await lists("");
    await server.change({ add: [...records(1), ...records(2), ...records(3)] });
    await lists("7001,7002,7003");
    await server.change({ remove: records(2), add: records(4) });
    await lists("7001,7003,7004");
    await server.change({ remove: [1, 3, 4].flatMap(records) });
    await lists("");
    abort.abort();
    await reading;
    expect(listings).toEqual(["", "7001,7002,7003", "7001,7003,7004", ""]);
  });
});

const dnsmasq = await findServer("dnsmasq", findDnsmasq);

describe.skipIf(dnsmasq === undefined)("dnsmasq", () => {
  it("has a file of hosts: addresses are listed, and a subscription lists each change of it", async () => {
    await using server = await DnsmasqServer.start(dnsmasq as NonNullable<typeof dnsmasq>);
    const name = `orders.${DOMAIN}`;
    const discovery = dnsDiscovery({
      name,
      port: 7337,
      servers: [server.address],
      minPollMs: 50,
      pollMs: 100,
      ...PATIENT,
    });
    expect(await discovery.lookup()).toEqual([]);
    const iterator = discovery.subscribe()[Symbol.asyncIterator]();
    const next = async () => (await iterator.next()).value?.map(formatEndpoint).sort();
    expect(await next()).toEqual([]);
    await server.write([`10.77.0.1 ${name}`, `10.77.0.2 ${name}`, `fd00::1 ${name}`]);
    // Its answers have a time to live of 0. It may be asked between the questions for the two families.
    await vi.waitFor(
      async () => expect(await next()).toEqual(["10.77.0.1:7337", "10.77.0.2:7337", "[fd00::1]:7337"]),
      IN_TIME,
    );
    await server.write([`10.77.0.2 ${name}`]);
    await vi.waitFor(async () => expect(await next()).toEqual(["10.77.0.2:7337"]), IN_TIME);
    await iterator.return?.();
  });

  it("has SRV records as the README says: they are listed", async () => {
    const records = [
      `--srv-host=_rollcall._tcp.${DOMAIN},node-1.${DOMAIN},7337`,
      `--srv-host=_rollcall._tcp.${DOMAIN},node-1.${DOMAIN},7338`,
      `--host-record=node-1.${DOMAIN},127.0.0.1`,
    ];
    await using server = await DnsmasqServer.start(dnsmasq as NonNullable<typeof dnsmasq>, records);
    const listing = await dnsDiscovery({
      name: `_rollcall._tcp.${DOMAIN}`,
      servers: [server.address],
      ...PATIENT,
    }).lookup();
    expect(listing.map(formatEndpoint).sort()).toEqual(["127.0.0.1:7337", "127.0.0.1:7338"]);
  });
});
