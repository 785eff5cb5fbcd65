import { describe, expect, it, onTestFinished } from "vitest";
import { findServer } from "../servers/report.ts";
import { MdnsProcess } from "./support/mdns-process.ts";
import { Ethernet, findNamespaces, Host } from "./support/namespaces.ts";

const namespaces = await findServer("network-namespaces", findNamespaces);

async function made<T extends AsyncDisposable>(making: Promise<T>): Promise<T> {
  const thing = await making;
  onTestFinished(() => thing[Symbol.asyncDispose]());
  return thing;
}

const ethernet = () => made(Ethernet.create());

async function host(network: Ethernet, address?: string): Promise<Host> {
  const machine = await made(Host.create());
  await machine.attach(network, address);
  return machine;
}

describe.skipIf(namespaces === undefined)("mdns between machines", () => {
  it("two machines list each other under addresses that can be dialled", async () => {
    const network = await ethernet();
    const one = new MdnsProcess(await host(network, "10.1.0.1/24"), { host: "0.0.0.0", port: 7001, id: "one" });
    const two = new MdnsProcess(await host(network, "10.1.0.2/24"), { host: "10.1.0.2", port: 7002, id: "two" });
    for (const process of [one, two]) {
      expect(await process.lists(2)).toEqual([
        { host: "10.1.0.1", port: 7001, id: "one" },
        { host: "10.1.0.2", port: 7002, id: "two" },
      ]);
    }
    expect(await one.dialled("10.1.0.2:7002")).toBe("connected");
    expect(await two.dialled("10.1.0.1:7001")).toBe("connected");
  });

  it("on a link without IPv4 the listing has a link-local address with its zone, which can be dialled", async () => {
    const network = await ethernet();
    const announcer = new MdnsProcess(await host(network), { host: "::", port: 7001, id: "six" });
    await announcer.announced();
    const browser = new MdnsProcess(await host(network));
    const [listed] = await browser.lists(1);
    expect(listed).toMatchObject({ host: expect.stringMatching(/^fe80::.*%net0$/), port: 7001, id: "six" });
    expect(await browser.dialled(`[${listed?.host}]:7001`)).toBe("connected");
  });

  it("a process that is killed is no longer listed once its records have expired", async () => {
    const network = await ethernet();
    const options = { hostTtlMs: 3000 };
    const announcer = new MdnsProcess(await host(network, "10.1.0.1/24"), { host: "0.0.0.0", port: 7001 }, options);
    const browser = new MdnsProcess(await host(network, "10.1.0.2/24"));
    await browser.lists(1);
    await announcer.kill("SIGKILL");
    await browser.lists(0, 10_000);
  });

  it("a process that ends properly is no longer listed a second later", async () => {
    const network = await ethernet();
    const announcer = new MdnsProcess(await host(network, "10.1.0.1/24"), { host: "0.0.0.0", port: 7001 });
    const browser = new MdnsProcess(await host(network, "10.1.0.2/24"));
    await browser.lists(1);
    await announcer.announced();
    await announcer.kill("SIGTERM");
    await browser.lists(0, 5000);
  });

  it("an interface that goes down fails the subscription, and one that comes up is used again", async () => {
    const network = await ethernet();
    const announcing = await host(network, "10.1.0.1/24");
    const announcer = new MdnsProcess(announcing, { host: "0.0.0.0", port: 7001, id: "one" });
    const browsing = await host(network, "10.1.0.2/24");
    const browser = new MdnsProcess(browsing);
    await browser.lists(1);
    await browsing.ip("link", "set", "net0", "down");
    await browser.is("retrying");
    await browsing.ip("link", "set", "net0", "up");
    await browser.is("live");

    await announcing.ip("link", "set", "net0", "down");
    await announcer.reports("UNAVAILABLE");
    await announcing.ip("link", "set", "net0", "up");
    const late = new MdnsProcess(await host(network, "10.1.0.3/24"));
    expect(await late.lists(1)).toEqual([{ host: "10.1.0.1", port: 7001, id: "one" }]);
  });

  it("an interface that goes and comes back the same between two looks is used again, to find newcomers and to be found", async () => {
    const network = await ethernet();
    const [announcing, browsing] = [await host(network, "10.1.0.1/24"), await host(network, "10.1.0.2/24")];
    // By IPv4 alone: an IPv6 link is known by its interface's number, which is another one afterwards.
    const onIpv4 = (address: string) => ({ interfaces: [address], interfacePollMs: 2000 });
    const one = { host: "10.1.0.1", port: 7001, id: "one" };
    // Whoever asks notices by himself, as what he sends fails. Who only answers hears nothing and does not know.
    const announcer = new MdnsProcess(announcing, one, onIpv4("10.1.0.1"), { isSilent: true });
    await announcer.announced();
    const browser = new MdnsProcess(browsing, undefined, onIpv4("10.1.0.2"));
    await browser.lists(1);
    // An announcement is said a second time after a second, and making this one takes at least as long.
    const second = new MdnsProcess(await host(network, "10.1.0.3/24"), { host: "10.1.0.3", port: 7002, id: "two" });
    await second.announced();
    await Promise.all([
      announcing.replace(network, "net0", "10.1.0.1/24"),
      browsing.replace(network, "net0", "10.1.0.2/24"),
    ]);
    const late = new MdnsProcess(await host(network, "10.1.0.4/24"), { host: "10.1.0.4", port: 7003, id: "three" });
    for (const process of [late, browser]) {
      expect((await process.lists(3)).map(({ id }) => id)).toEqual(["one", "three", "two"]);
    }
  });

  it("a machine on two networks is found on each under its address there, and joins them for nobody else", async () => {
    const [left, right] = [await ethernet(), await ethernet()];
    const middle = await host(left, "10.1.0.1/24");
    await middle.attach(right, "10.2.0.1/24");
    const between = new MdnsProcess(middle, { host: "0.0.0.0", port: 7000, id: "middle" });
    const onLeft = new MdnsProcess(await host(left, "10.1.0.2/24"), { host: "0.0.0.0", port: 7001, id: "left" });
    const onRight = new MdnsProcess(await host(right, "10.2.0.2/24"), { host: "0.0.0.0", port: 7002, id: "right" });
    expect((await onLeft.lists(2)).map((instance) => instance.host)).toEqual(["10.1.0.2", "10.1.0.1"]);
    expect((await onRight.lists(2)).map((instance) => instance.host)).toEqual(["10.2.0.1", "10.2.0.2"]);
    expect((await between.lists(3)).map(({ id }) => id)).toEqual(["left", "middle", "right"]);
  });

  it("an interface that is not chosen is not listened to, although the system hands its packets over", async () => {
    const [left, right] = [await ethernet(), await ethernet()];
    const middle = await host(left, "10.1.0.1/24");
    await middle.attach(right, "10.2.0.1/24");
    // Makes the machine a member of the group on both, which is what makes Linux hand packets of both to everybody.
    const both = new MdnsProcess(middle);
    const chosen = new MdnsProcess(middle, undefined, { interfaces: ["net0"] });
    new MdnsProcess(await host(right, "10.2.0.2/24"), { host: "0.0.0.0", port: 7002, id: "right" });
    expect((await both.lists(1)).map(({ id }) => id)).toEqual(["right"]);
    new MdnsProcess(await host(left, "10.1.0.2/24"), { host: "0.0.0.0", port: 7001, id: "left" });
    expect((await chosen.lists(1)).map(({ id }) => id)).toEqual(["left"]);
  });

  it("an interface that is named before it exists is used when it comes", async () => {
    const network = await ethernet();
    const announcer = new MdnsProcess(await host(network, "10.1.0.1/24"), { host: "0.0.0.0", port: 7001 });
    await announcer.announced();
    const machine = await made(Host.create());
    const browser = new MdnsProcess(machine, undefined, { interfaces: ["net0"] });
    await browser.is("retrying");
    await machine.attach(network, "10.1.0.2/24");
    await browser.lists(1);
  });

  it("an address that an interface gets later is announced instead of the old one", async () => {
    const network = await ethernet();
    const machine = await host(network, "10.1.0.1/24");
    const announcer = new MdnsProcess(machine, { host: "0.0.0.0", port: 7001 });
    await announcer.announced();
    const browser = new MdnsProcess(await host(network, "10.1.0.2/24"));
    await browser.lists(1);
    await machine.ip("address", "del", "10.1.0.1/24", "dev", "net0");
    await machine.ip("address", "add", "10.1.0.9/24", "dev", "net0");
    const isNew = async (): Promise<boolean> => (await browser.lists(1))[0]?.host === "10.1.0.9" || isNew();
    expect(await isNew()).toBe(true);
  });
});
