import { createSocket, Socket } from "node:dgram";
import { once } from "node:events";
import { type DiscoveryError, type Listing, sleep, systemClock } from "@rollcall/core";
import makeMdns from "multicast-dns";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type MdnsDiscoveryOptions, mdnsDiscovery } from "../src/index.js";
import { fastClock } from "./support/fast-clock.js";
import { freeUdpPort } from "./support/raw-responder.js";

let port = 0;
beforeAll(async () => {
  port = await freeUdpPort();
});

function discovery(options: Partial<MdnsDiscoveryOptions> = {}) {
  const made = mdnsDiscovery({ service: "sockets", port, interfaces: ["127.0.0.1"], clock: fastClock(5), ...options });
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}

async function until(subscription: AsyncIterable<Listing>, holds: (listing: Listing) => boolean): Promise<Listing> {
  for await (const listing of subscription) if (holds(listing)) return listing;
  throw new Error("the subscription ended");
}

describe("on real sockets", () => {
  it("two discoveries of one machine see each other come and go", async () => {
    const [here, there] = [discovery(), discovery()];
    const announcement = await there.announce({ host: "127.0.0.1", port: 7001, id: "there", metadata: { zone: "a" } });
    const subscription = here.subscribe();
    const listing = await until(subscription, ({ length }) => length > 0);
    expect(listing).toEqual([{ host: "127.0.0.1", port: 7001, id: "there", metadata: { zone: "a" } }]);
    const gone = until(here.subscribe(), ({ length }) => length === 0);
    await announcement[Symbol.asyncDispose]();
    await gone;
  });

  it("a loopback address on the loopback interface is nothing to complain about", async () => {
    const problems: DiscoveryError[] = [];
    const request = { report: (problem: DiscoveryError) => problems.push(problem) };
    const announcement = await discovery().announce({ host: "127.0.0.1", port: 7001 }, request);
    await announcement[Symbol.asyncDispose]();
    expect(problems).toEqual([]);
  });

  it("packets that are no DNS are ignored", async () => {
    const there = discovery();
    await there.announce({ host: "127.0.0.1", port: 7001, id: "a" });
    const vandal = createSocket("udp4");
    vandal.bind(0, "127.0.0.1");
    await once(vandal, "listening");
    onTestFinished(() => void vandal.close());
    const abort = new AbortController();
    const looking = until(discovery().subscribe({ signal: abort.signal }), ({ length }) => length === 1);
    for (let n = 0; n < 50; n++) vandal.send(Buffer.alloc(n, n), port, "127.0.0.1");
    await looking;
  });

  it("an interface that does not exist is named, and may be tried again", async () => {
    const looking = discovery({ interfaces: ["nosuch0"] }).lookup();
    await expect(looking).rejects.toMatchObject({
      code: "MISCONFIGURED",
      retryable: true,
      adapter: "mdns(sockets)",
      message: expect.stringContaining("nosuch0"),
    });
  });

  it("an announcement on an interface that does not exist is refused", async () => {
    const announcing = discovery({ interfaces: ["nosuch0"] }).announce({ host: "127.0.0.1", port: 1 });
    await expect(announcing).rejects.toMatchObject({ code: "MISCONFIGURED" });
  });

  it("a port that another program does not share is reported, with what to do", async () => {
    const greedy = createSocket("udp4");
    greedy.bind(0, "0.0.0.0");
    await once(greedy, "listening");
    onTestFinished(() => void greedy.close());
    const looking = discovery({ port: greedy.address().port }).lookup();
    await expect(looking).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/lo\/IPv4.*SO_REUSEADDR/),
    });
  });

  it("after the machine slept the announcement is made again", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    await discovery({ interfacePollMs: 100 }).announce({ host: "127.0.0.1", port: 7001 });
    const observer = makeMdns({ port, interface: "127.0.0.1", bind: "0.0.0.0" });
    onTestFinished(() => observer.destroy());
    await once(observer, "ready");
    const probed = once(observer, "query");
    vi.setSystemTime(Date.now() + 3_600_000);
    const [{ questions }] = await probed;
    expect(questions[0]).toMatchObject({ type: "ANY", name: expect.stringContaining("._sockets._tcp.local") });
  });

  it("where the membership of the group was lost without a word, the announcement is made again", async () => {
    const joining = vi.spyOn(Socket.prototype, "addMembership");
    onTestFinished(() => joining.mockRestore());
    await discovery({ interfacePollMs: 100 }).announce({ host: "127.0.0.1", port: 7001 });
    const [announcing] = joining.mock.contexts as Socket[];
    const observer = makeMdns({ port, interface: "127.0.0.1", bind: "0.0.0.0" });
    onTestFinished(() => observer.destroy());
    await once(observer, "ready");
    const probed = once(observer, "query");
    announcing?.dropMembership("224.0.0.251", "127.0.0.1");
    const [{ questions }] = await probed;
    expect(questions[0]).toMatchObject({ type: "ANY", name: expect.stringContaining("._sockets._tcp.local") });
  });

  it("abort closes the sockets at once", async () => {
    const abort = new AbortController();
    const open = () => process.getActiveResourcesInfo().filter((kind) => kind === "UDPWrap").length;
    const before = open();
    const subscription = discovery().subscribe({ signal: abort.signal });
    const iterator = subscription[Symbol.asyncIterator]();
    const first = iterator.next();
    while (open() === before) await sleep(systemClock, 5);
    abort.abort();
    await first;
    while (open() > before) await sleep(systemClock, 1);
    expect((await iterator.next()).done).toBe(true);
  });
});
