import { getServers } from "node:dns";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEndpoint } from "@rollcall/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createDiscovery } from "../src/discovery.js";
import { type DnsDiscoveryOptions, dnsDiscovery } from "../src/index.js";
import { parseResolvConf, readResolvConf } from "../src/net/resolv-conf.js";
import { a } from "./support/replies.js";
import { placesOf, SERVER, World } from "./support/world.js";

describe("a resolv.conf", () => {
  it("says which servers to ask, and where to search", () => {
    const text = [
      "# written by somebody",
      "; and somebody else",
      "nameserver 10.0.0.53",
      "nameserver fd00::53   # the other one",
      "nameserver fe80::1%eth0",
      "nameserver not-an-address",
      "domain old.example",
      "search\torders.svc.cluster.local svc.cluster.local. .",
      "options ndots:5 timeout:2 rotate use-vc",
      "sortlist 10.0.0.0/255.0.0.0",
    ];
    expect(parseResolvConf(text.join("\r\n"))).toEqual({
      servers: ["10.0.0.53", "fd00::53", "fe80::1%eth0"].map((host) => ({ host, port: 53 })),
      searchDomains: ["orders.svc.cluster.local", "svc.cluster.local."],
      ndots: 5,
      preferTcp: true,
    });
  });

  it("that says nothing means the server of this machine", () => {
    const nothing = { servers: [{ host: "127.0.0.1", port: 53 }], searchDomains: [], ndots: 1, preferTcp: false };
    expect(parseResolvConf("")).toEqual(nothing);
  });

  it("counts with its last search or domain line", () => {
    expect(parseResolvConf("search a.example b.example\ndomain c.example").searchDomains).toEqual(["c.example"]);
  });
});

describe("the file", () => {
  const options = { name: "orders", port: 7337, type: "A" } as const;
  const good = ({ name }: { name: string }) => (name === "orders.a.example" ? { answers: [a(name, "10.1.0.1")] } : {});

  async function file() {
    const folder = await mkdtemp(join(tmpdir(), "rollcall-dns-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    return join(folder, "resolv.conf");
  }

  /** A lookup whose file is read in real time, and whose questions are asked in virtual time. */
  async function places(world: World, more: Partial<DnsDiscoveryOptions>, discovery = discoveryOf(world, more)) {
    const before = world.servers.log.length;
    const looking = discovery.lookup();
    await vi.waitFor(() => expect(world.servers.log.length).toBeGreaterThan(before), { interval: 1 });
    return placesOf(await world.clock.settle(looking));
  }

  function discoveryOf(world: World, more: Partial<DnsDiscoveryOptions>) {
    return createDiscovery({ ...options, clock: world.clock, ...more }, world.servers.transport);
  }

  it("is read again for every lookup", async () => {
    const world = new World(good);
    world.servers.serve("10.0.0.2:53", () => ({}));
    const resolvConf = await file();
    const discovery = discoveryOf(world, { resolvConf });
    await writeFile(resolvConf, "nameserver 10.0.0.2\n");
    expect(await places(world, {}, discovery)).toEqual([]);
    await writeFile(resolvConf, "nameserver 10.0.0.1\nsearch a.example\n");
    expect(await places(world, {}, discovery)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.asked(SERVER)).toEqual(["A orders.a.example"]);
  });

  it("gives way to options", async () => {
    const world = new World(good);
    const resolvConf = await file();
    await writeFile(resolvConf, "nameserver 10.0.0.1\nsearch b.example\noptions ndots:5 use-vc\n");
    const said = { resolvConf, searchDomains: ["a.example"], ndots: 0, preferTcp: false };
    expect(await places(world, said)).toEqual(["10.1.0.1:7337"]);
    expect(world.servers.log.map(({ way, name }) => `${way} ${name}`)).toEqual(["udp orders", "udp orders.a.example"]);
  });

  it("is not read when servers are given", async () => {
    const world = new World(() => ({}));
    await world.lookup({ ...options, resolvConf: "/" });
    expect(world.servers.asked()).toEqual(["A orders"]);
  });

  it("that cannot be read is a failure that names it", async () => {
    const lookup = dnsDiscovery({ ...options, resolvConf: "/" }).lookup();
    await expect(lookup).rejects.toMatchObject({ code: "MISCONFIGURED", message: expect.stringContaining("read / ") });
  });

  it("that does not exist, as on Windows, leaves the servers that Node.js knows", async () => {
    const { servers } = await readResolvConf(await file(), "dns(x)");
    expect(servers.map(formatEndpoint)).toEqual(getServers().map((server) => expect.stringContaining(server)));
  });
});
