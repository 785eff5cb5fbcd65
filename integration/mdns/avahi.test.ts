import { describe, expect, it, onTestFinished } from "vitest";
import { type Avahi, AvahiDaemon, findAvahi } from "../servers/avahi.ts";
import { findServer } from "../servers/report.ts";
import { MdnsProcess } from "./support/mdns-process.ts";
import { Ethernet, findNamespaces, Host } from "./support/namespaces.ts";

const avahi = await findServer("avahi", async () => {
  await findNamespaces(); // or it would multicast on the network of whoever runs the tests
  return findAvahi();
});

async function made<T extends AsyncDisposable>(making: Promise<T>): Promise<T> {
  const thing = await making;
  onTestFinished(() => thing[Symbol.asyncDispose]());
  return thing;
}

/** A machine that runs Avahi, and another that does not. */
async function machines() {
  const network = await made(Ethernet.create());
  const [withAvahi, without] = [await made(Host.create()), await made(Host.create())];
  await withAvahi.attach(network, "10.1.0.1/24");
  await without.attach(network, "10.1.0.2/24");
  const daemon = await made(AvahiDaemon.start(avahi as Avahi, withAvahi.prefix));
  return { daemon, withAvahi, without };
}

/** The fields of a line of avahi-browse about the IPv4 side of an instance; `=` resolved, `-` gone. */
const about = (event: "=" | "-", name: string) => (line: string) => {
  return line.startsWith(`${event};`) && line.includes(";IPv4;") && line.includes(`;${name};_orders._tcp;`);
};

describe.skipIf(avahi === undefined)("mdns and Avahi", () => {
  it("what avahi-publish announces is listed, with address, port and metadata", async () => {
    const { daemon, without } = await machines();
    await daemon.publish("node-1", "_orders._tcp", 7337, "id=node-1", "zone=a");
    const browser = new MdnsProcess(without);
    expect(await browser.lists(1)).toEqual([{ host: "10.1.0.1", port: 7337, id: "node-1", metadata: { zone: "a" } }]);
  });

  it("what avahi-publish announces later appears, and what it withdraws vanishes", async () => {
    const { daemon, without } = await machines();
    const browser = new MdnsProcess(without);
    await browser.lists(0);
    const published = await daemon.publish("node-1", "_orders._tcp", 7337);
    expect(await browser.lists(1)).toEqual([{ host: "10.1.0.1", port: 7337 }]);
    await published.kill("SIGTERM");
    await browser.lists(0);
  });

  it("names with dots, blanks and umlauts are listed, several of one host", async () => {
    const { daemon, without } = await machines();
    await daemon.publish("v1.2 of 3", "_orders._tcp", 7001, "id=dots");
    await daemon.publish("Büro 🖨", "_orders._tcp", 7002, "id=umlauts");
    const browser = new MdnsProcess(without);
    expect((await browser.lists(2)).map(({ id, port }) => [id, port])).toEqual([
      ["dots", 7001],
      ["umlauts", 7002],
    ]);
  });

  it("avahi-browse resolves what is announced, and sees its goodbye", async () => {
    const { daemon, without } = await machines();
    const self = { host: "0.0.0.0", port: 7337, id: "node-1", metadata: { zone: "a" } };
    const announcer = new MdnsProcess(without, self);
    const browse = daemon.browse("_orders._tcp");
    const resolved = (await browse.line(about("=", "node-1"))).split(";");
    expect(resolved.slice(7, 9)).toEqual(["10.1.0.2", "7337"]);
    expect(resolved[9]).toContain('"id=node-1"');
    expect(resolved[9]).toContain('"zone=a"');
    await announcer.announced();
    await announcer.kill("SIGTERM");
    await browse.line(about("-", "node-1"));
  });

  it("the service type is found by whoever asks for all types", async () => {
    const { daemon, without } = await machines();
    const announcer = new MdnsProcess(without, { host: "0.0.0.0", port: 7337, id: "node-1" });
    await announcer.announced();
    await daemon.browse("--all").line(about("=", "node-1"));
  });

  it("a name that Avahi has already is left to it", async () => {
    const { daemon, without } = await machines();
    await daemon.publish("node-1", "_orders._tcp", 7001);
    const announcer = new MdnsProcess(without, { host: "0.0.0.0", port: 7002, id: "node-1" });
    await announcer.reports("CONFLICT");
    await announcer.announced();
    const resolved = await daemon.browse("_orders._tcp").line(about("=", "node-1\\032\\0402\\041"));
    expect(resolved.split(";").slice(7, 9)).toEqual(["10.1.0.2", "7002"]);
  });

  it("a name that we have is defended, so that Avahi takes another", async () => {
    const { daemon, without } = await machines();
    const announcer = new MdnsProcess(without, { host: "0.0.0.0", port: 7001, id: "node-1" });
    await announcer.announced();
    await daemon.publish("node-1", "_orders._tcp", 7002, "id=other");
    expect((await announcer.lists(2)).map(({ id, port }) => [id, port])).toEqual([
      ["node-1", 7001],
      ["other", 7002],
    ]);
  });

  it("the port is shared with the Avahi of the same machine, each hearing the other", async () => {
    const { daemon, withAvahi } = await machines();
    const announcer = new MdnsProcess(withAvahi, { host: "0.0.0.0", port: 7001, id: "ours" });
    await daemon.browse("_orders._tcp").line(about("=", "ours"));
    await daemon.publish("theirs", "_orders._tcp", 7002, "id=theirs");
    expect((await announcer.lists(2)).map(({ id }) => id)).toEqual(["ours", "theirs"]);
  });
});
