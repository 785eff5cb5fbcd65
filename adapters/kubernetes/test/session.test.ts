import { type Clock, type DiscoveryError, type Listing, sleep, systemClock, type Timer } from "@rollcall/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDiscovery } from "../src/discovery.js";
import type { KubernetesDiscoveryOptions } from "../src/options.js";
import { folder, kubeconfigFile } from "./support/kubeconfig-file.js";
import { endpointOf, slice } from "./support/objects.js";
import { ADMIN_TOKEN, StandIn, type StandInOptions } from "./support/stand-in.js";

const PATH = "shop/endpointslices";

async function world(options: StandInOptions = {}) {
  const server = await StandIn.start(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const parts = { server: `http://127.0.0.1:${server.port}`, token: ADMIN_TOKEN, namespace: "shop" };
  const kubeconfig = await kubeconfigFile(await folder(onTestFinished), parts);
  const put = (number: number) => {
    const endpoint = endpointOf({ host: `10.0.0.${number}`, port: 0, id: `uid-${number}` });
    server.store.put(PATH, slice("orders", `s-${number}`, { endpoints: [endpoint] }));
  };
  const problems: DiscoveryError[] = [];
  const subscribe = (more: Partial<KubernetesDiscoveryOptions> = {}, pageSize?: number) => {
    const discovery = createDiscovery(
      { service: "orders", kubeconfig, ...more },
      pageSize === undefined ? {} : { pageSize },
    );
    onTestFinished(() => discovery[Symbol.asyncDispose]());
    return discovery.subscribe({ report: (problem) => problems.push(problem) })[Symbol.asyncIterator]();
  };
  return { server, put, subscribe, problems };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(systemClock, 2);
}

/** Stands still until it is moved. */
class ManualClock implements Clock {
  scheduled = 0;
  #now = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { cancel: () => void this.#timers.delete(timer) };
    this.#timers.set(timer, { at: this.#now + delayMs, callback });
    this.scheduled++;
    return timer;
  }

  advance(byMs: number): void {
    this.#now += byMs;
    for (const [timer, { at, callback }] of this.#timers) {
      if (at > this.#now || !this.#timers.delete(timer)) continue;
      callback();
    }
  }
}

/** The next listing's hosts. */
async function hosts(subscription: AsyncIterator<Listing>): Promise<string[]> {
  const { value } = await subscription.next();
  return (value as Listing).map(({ host }) => host).sort();
}

describe("a session", () => {
  it("watches from the version of the list, with bookmarks, for as long as it was told", async () => {
    const { server, put, subscribe } = await world();
    put(1);
    const version = String(server.store.version);
    const subscription = subscribe({ watchMs: 20_000, random: () => 0.5 });
    await subscription.next();
    void subscription.next();
    await until(() => server.requests.length === 2);
    const [list, watch] = server.requests.map(({ searchParams }) => Object.fromEntries(searchParams)) as [
      object,
      object,
    ];
    expect(list).toEqual({ labelSelector: "kubernetes.io/service-name=orders", limit: "500" });
    expect(watch).toEqual({
      ...{ labelSelector: "kubernetes.io/service-name=orders", watch: "true", allowWatchBookmarks: "true" },
      ...{ resourceVersion: version, timeoutSeconds: "19" },
    });
  });

  it("hears what happens between the list and the watch", async () => {
    const { server, put, subscribe } = await world();
    put(1);
    server.before = ({ searchParams }) => {
      if (searchParams.has("watch")) put(2);
    };
    const subscription = subscribe();
    expect(await hosts(subscription)).toEqual(["10.0.0.1"]);
    expect(await hosts(subscription)).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  it("reads page by page, as of one moment", async () => {
    const { server, put, subscribe } = await world();
    for (const number of [1, 2, 3, 4, 5]) put(number);
    let asked = 0;
    server.before = () => {
      if (++asked === 2) put(6);
    };
    const subscription = subscribe({}, 2);
    expect(await hosts(subscription)).toEqual([1, 2, 3, 4, 5].map((number) => `10.0.0.${number}`));
    expect(await hosts(subscription)).toHaveLength(6);
    expect(server.requests.filter(({ searchParams }) => !searchParams.has("watch"))).toHaveLength(3);
  });

  it("begins the pages again, once, when the server no longer knows how they go on", async () => {
    const { server, put, subscribe } = await world();
    for (const number of [1, 2, 3]) put(number);
    let times = 1;
    server.before = ({ searchParams }) => {
      if (searchParams.has("continue") && times-- > 0) server.store.compact();
    };
    expect(await hosts(subscribe({}, 2))).toHaveLength(3);
    times = Number.POSITIVE_INFINITY;
    await expect(subscribe({}, 2).next()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/410/),
    });
  });

  it.each([true, false])("lists again when the server has forgotten (410 as the status: %s)", async (goneAsStatus) => {
    const { server, put, subscribe } = await world();
    server.watchFaults.goneAsStatus = goneAsStatus;
    put(1);
    let times = 1;
    server.before = ({ searchParams }) => {
      if (!searchParams.has("watch") || times-- <= 0) return;
      put(2);
      server.store.delete(PATH, "s-1");
      server.store.compact();
    };
    const subscription = subscribe();
    expect(await hosts(subscription)).toEqual(["10.0.0.1"]);
    expect(await hosts(subscription)).toEqual(["10.0.0.2"]);
    const next = subscription.next();
    await until(() => server.requests.length === 4);
    put(3);
    expect(((await next).value as Listing).length).toBe(2);
    // Forgotten again before anything was heard: that would go on for ever.
    times = Number.POSITIVE_INFINITY;
    const other = subscribe();
    await other.next();
    await expect(other.next().then(() => other.next())).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/410/),
    });
  });

  it("goes on from the last bookmark when nothing of its own happened", async () => {
    const { server, put, subscribe } = await world({ bookmarkMs: 20 });
    put(1);
    const subscription = subscribe({ watchMs: 1_000 });
    await subscription.next();
    const next = subscription.next();
    server.store.put("shop/pods", slice("others", "other"));
    const version = String(server.store.version);
    await until(() => server.requests.length === 3);
    expect(server.requests[2]?.searchParams.get("resourceVersion")).toBe(version);
    put(2);
    expect((await next).value).toHaveLength(2);
  });

  it.each([1, 3, 7, 100_000])("understands events in pieces of %i bytes", async (pieceBytes) => {
    const { server, put, subscribe } = await world();
    server.watchFaults.pieceBytes = pieceBytes;
    const subscription = subscribe();
    expect(await hosts(subscription)).toEqual([]);
    const next = subscription.next();
    for (const number of [1, 2, 3]) put(number);
    let listing = (await next).value as Listing;
    while (listing.length < 3) listing = (await subscription.next()).value as Listing;
  });

  it.each<[string, StandIn["watchFaults"], object]>([
    ["says nothing", { silent: true }, { code: "TIMED_OUT", retryable: true }],
    ["ends watches at once", { endAtOnce: true }, { code: "UNAVAILABLE", message: /ended the watch at once/ }],
    ["answers what is no event", { instead: { status: 200, body: "<html>\n" } }, { code: "INVALID_RESPONSE" }],
    [
      "sends an event without an object",
      { instead: { status: 200, body: '{"type":"ADDED"}\n' } },
      { code: "INVALID_RESPONSE" },
    ],
    [
      "says in an event that it is in trouble",
      { instead: { status: 200, body: '{"type":"ERROR","object":{"code":500,"message":"etcd is away"}}\n' } },
      { code: "UNAVAILABLE", message: /etcd is away/ },
    ],
    ["has too much to do", { instead: { status: 429, body: "slow down" } }, { code: "UNAVAILABLE", message: /429/ }],
    ["is in trouble", { instead: { status: 503, body: "" } }, { code: "UNAVAILABLE", message: /503/ }],
    [
      "knows no such thing",
      { instead: { status: 404, body: "404 page not found" } },
      { code: "MISCONFIGURED", message: /1\.21/ },
    ],
    ["sends somewhere else", { instead: { status: 302, body: "" } }, { code: "INVALID_RESPONSE", message: /302/ }],
  ])("fails when the server %s", async (_, faults, error) => {
    const { server, put, subscribe } = await world();
    put(1);
    Object.assign(server.watchFaults, faults);
    const subscription = subscribe({ inactivityMs: 50 });
    expect(await hosts(subscription)).toEqual(["10.0.0.1"]);
    await expect(subscription.next()).rejects.toMatchObject({
      ...error,
      ...("message" in error ? { message: expect.stringMatching(error.message as RegExp) } : {}),
    });
    await until(() => server.open === 0);
  });

  it("is kept by bookmarks alone, for as long as they come", async () => {
    const { put, subscribe } = await world({ bookmarkMs: 10 });
    const clock = new ManualClock();
    const subscription = subscribe({ inactivityMs: 1_000, clock });
    await subscription.next();
    const outcome = subscription.next().catch((error: unknown) => error);
    for (let bookmarks = 0; bookmarks < 5; bookmarks++) {
      const { scheduled } = clock;
      await until(() => clock.scheduled > scheduled);
      clock.advance(900);
    }
    put(1);
    expect(await outcome).toMatchObject({ value: [{ host: "10.0.0.1" }] });
  });

  it("reports a slice that offers no port once, and lists the others", async () => {
    const { server, put, subscribe, problems } = await world();
    put(1);
    const spoil = (host: string) => {
      const endpoints = [{ addresses: [host] }];
      server.store.put(PATH, slice("orders", "spoilt", { endpoints, ports: [{ name: "cluster", port: null }] }));
    };
    spoil("10.9.9.1");
    const subscription = subscribe();
    expect(await hosts(subscription)).toEqual(["10.0.0.1"]);
    const next = subscription.next();
    spoil("10.9.9.2");
    put(2);
    await next;
    expect(problems.map(({ code }) => code)).toEqual(["MALFORMED_RECORD"]);
    expect(problems[0]?.message).toContain("spoilt");
  });

  it("leaves no connection when it ends", async () => {
    const { server, subscribe } = await world();
    const subscription = subscribe();
    await subscription.next();
    void subscription.next();
    await until(() => server.requests.length === 2);
    expect(server.open).toBe(1);
    await subscription.return?.();
    await until(() => server.open === 0);
  });
});
