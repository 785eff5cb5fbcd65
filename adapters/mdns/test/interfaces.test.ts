import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { type Interfaces, missingInterfaces, selectLinks, subnetTest } from "../src/net/interfaces.js";

const v4 = (address: string, prefix = 24, internal = false): NetworkInterfaceInfo => ({
  ...{ address, netmask: "", mac: "02:00:00:00:00:01", internal, cidr: `${address}/${prefix}`, family: "IPv4" },
});
const v6 = (address: string, scopeid = 0, internal = false): NetworkInterfaceInfo => ({
  ...{ address, netmask: "", mac: "02:00:00:00:00:01", internal, cidr: `${address}/64`, family: "IPv6", scopeid },
});

const MACHINE: Interfaces = {
  lo: [v4("127.0.0.1", 8, true), v6("::1", 0, true)],
  eth0: [v4("10.0.0.7"), v4("10.9.0.7"), v6("fd00::7"), v6("fe80::7", 2)],
  docker0: [v4("172.17.0.1", 16)],
  wg0: [v6("fd99::1")],
};

const keysOf = (wanted?: string[]) => selectLinks(MACHINE, wanted).map(({ key }) => key);

describe("the links that are used", () => {
  it("are by default all that lead to other machines, by IPv6 only where there is a link-local address", () => {
    expect(keysOf()).toEqual(["eth0/IPv4", "eth0/IPv6", "docker0/IPv4"]);
  });

  it.each([
    [["eth0"], ["eth0/IPv4", "eth0/IPv6"]],
    [["lo"], ["lo/IPv4"]],
    [["127.0.0.1"], ["lo/IPv4"]],
    [["10.9.0.7"], ["eth0/IPv4"]],
    [["fe80::7%eth0"], ["eth0/IPv6"]],
    [["fe80::7%eth1"], []],
    [
      ["docker0", "127.0.0.1"],
      ["lo/IPv4", "docker0/IPv4"],
    ],
    [["eth9"], []],
  ])("for %j are %j", (wanted, keys) => {
    expect(keysOf(wanted)).toEqual(keys);
  });

  it("know the interface's addresses of both families", () => {
    const [, six] = selectLinks(MACHINE, ["eth0"]);
    expect(six).toMatchObject({ multicastInterface: "::%eth0", zone: "eth0", isLoopback: false });
    expect(six?.addresses).toEqual(["10.0.0.7", "10.9.0.7", "fd00::7", "fe80::7"]);
  });

  it("go by the interface's number on Windows", () => {
    const [, six] = selectLinks(MACHINE, ["eth0"], "win32");
    expect(six).toMatchObject({ multicastInterface: "::%2", zone: "2" });
  });

  it.each([
    ["another first address", { eth0: [v4("10.0.0.8")] }, true],
    ["another hardware address", { eth0: [{ ...v4("10.0.0.7"), mac: "02:00:00:00:00:02" }] }, true],
    ["a second address", { eth0: [v4("10.0.0.7"), v4("10.0.0.8")] }, false],
  ])("have to be opened again after %s: %s", (_, changed, again) => {
    const [before] = selectLinks({ eth0: [v4("10.0.0.7")] });
    const [after] = selectLinks(changed as Interfaces);
    expect(after?.identity !== before?.identity).toBe(again);
  });

  it("may be missing", () => {
    expect(missingInterfaces(MACHINE, ["eth0", "eth9", "10.0.0.99", "127.0.0.1"])).toEqual(["eth9", "10.0.0.99"]);
    expect(missingInterfaces(MACHINE)).toEqual([]);
  });
});

describe("subnets", () => {
  const isLocal = subnetTest(["10.0.0.7/24", "fd00::7/64"]);

  it.each([
    ["10.0.0.200", true],
    ["10.0.1.1", false],
    ["fd00::1234", true],
    ["fd00:0:0:1::1", false],
    ["fd00::5%eth0", true],
    ["nonsense", false],
  ])("contain %s: %s", (address, inside) => {
    expect(isLocal(address)).toBe(inside);
  });
});
