import { setTimeout as pause } from "node:timers/promises";
import { map } from "@rollcall/core";
import { type DnsDiscoveryOptions, dnsDiscovery } from "@rollcall/dns";
import { describe, expect, it } from "vitest";
import { Follower } from "../registries/follower.ts";
import { idOf, type Numbers, numbersTo } from "../registries/scene.ts";
import { Visitor } from "../registries/visitor.ts";
import type { Cleanup } from "../support/cleanup.ts";
import { CROWD_MS, IN_TIME_MS } from "../support/patience.ts";
import { DatagramProxy } from "./datagram-proxy.ts";
import { bind } from "./name-servers.ts";
import { Place } from "./place.ts";
import { silence, type ZoneServer } from "./zone-server.ts";

/** What all registries' adapters are asked when something fails, as far as it makes sense where nobody can announce. */

const LIMIT_MS = 300_000;
const PAUSE_MS = 30_000;
const AWAY_MS = 3_000;
const END_LIMIT_MS = 6_000 + CROWD_MS;
const LOOKUP_MS = 3_000;
const POLL_MS = 300;
/** For what must come without any trouble on the way, however long it takes. */
const PATIENT = { timeoutMs: IN_TIME_MS } as const;
const PROMISED = { noticeMs: LOOKUP_MS + POLL_MS + 2_000, recoveryMs: LOOKUP_MS + POLL_MS + 3_000 };
/** What a heap may grow by without anything being kept, in bytes. */
const FLAT_BYTES = 8 * 2 ** 20;
/** Not a multiple of how many instances come and go, so that some are there in the end. */
const CHANGES = 205;
const EVERY_MS = 100;

const instance = (number: number) => ({
  host: `10.77.${Math.floor(number / 250)}.${(number % 250) + 1}`,
  port: 7000 + number,
});

async function begin(onEnd: Cleanup) {
  const server = await (bind.start as () => Promise<ZoneServer>)();
  onEnd(() => server[Symbol.asyncDispose]());
  const proxy = await DatagramProxy.start(server.port, onEnd);
  const place = new Place(server);
  const options: DnsDiscoveryOptions = {
    ...{ name: place.name, servers: [proxy.address], type: "A" },
    ...{ minPollMs: POLL_MS / 2, maxPollMs: POLL_MS, timeoutMs: LOOKUP_MS },
  };
  return {
    ...{ server, proxy, place, options },
    put: (numbers: Numbers) => place.add(numbers.map(instance)),
    remove: (numbers: Numbers) => place.remove(numbers.map(instance)),
    follow(more: Partial<DnsDiscoveryOptions> = {}) {
      // The targets are named as the other registries' ids are.
      const discovery = map(dnsDiscovery({ ...options, ...more }), (listed) => ({
        ...listed,
        id: `node-${listed.port - 7000}`,
      }));
      const follower = new Follower(discovery, PROMISED);
      onEnd(() => follower[Symbol.asyncDispose]());
      return follower;
    },
    visit() {
      const visitor = new Visitor({ module: "@rollcall/dns", factory: "dnsDiscovery", options });
      onEnd(() => visitor.kill());
      return visitor;
    },
  };
}

const hostsOf = (numbers: Numbers) => numbers.map((number) => instance(number).host);

describe.skipIf(bind.start === undefined)("dns, when something fails", { concurrent: true, timeout: LIMIT_MS }, () => {
  it("paused for 30 s: trouble is noticed, nobody is dropped, and all is right afterwards", async ({
    onTestFinished,
  }) => {
    const { server, proxy, put, follow } = await begin(onTestFinished);
    await put([1, 2, 3]);
    const follower = follow();
    await follower.lists([1, 2, 3]);

    const pausedAt = performance.now();
    server.process.pause();
    expect((await follower.noticesTrouble()).code).toBe("TIMED_OUT");
    const before = proxy.requests;
    const rest = PAUSE_MS - (performance.now() - pausedAt);
    await pause(rest);
    expect(proxy.requests - before).toBeLessThan(20 + (5 * rest) / 1000);
    expect(follower.ids).toEqual([1, 2, 3].map(idOf));
    server.process.resume();

    await put([4]);
    await follower.lists([1, 2, 3, 4]);
    expect(follower.dropped([1, 2, 3])).toEqual([]);
  });

  it("killed with kill -9 and started again: nobody is dropped, and all is right again", async ({ onTestFinished }) => {
    const { server, put, follow } = await begin(onTestFinished);
    await put([1, 2, 3]);
    const follower = follow();
    await follower.lists([1, 2, 3]);
    await server.process.kill();
    await follower.noticesTrouble();
    await pause(AWAY_MS);
    await server.process.start();
    await put([4]);
    await follower.lists([1, 2, 3, 4]);
    expect(follower.dropped([1, 2, 3])).toEqual([]);
  });

  it("not there to begin with: a subscription waits for it", async ({ onTestFinished }) => {
    const { server, put, follow } = await begin(onTestFinished);
    await put([1]);
    await server.process.kill();
    const follower = follow({ servers: [server.address] });
    const { code, retryable } = await follower.noticesTrouble();
    expect([code, retryable]).toEqual(["UNAVAILABLE", true]);
    await server.process.start();
    await follower.lists([1]);
  });

  it("one of two servers is dead, the other one answers: nobody notices", async ({ onTestFinished }) => {
    const { server, proxy, put, follow } = await begin(onTestFinished);
    const silent = await begin(onTestFinished);
    await silence(silent.server);
    await put([1]);
    const servers = [silent.server.address, proxy.address];
    const follower = follow({ servers, retransmitMs: 100, ...PATIENT });
    await follower.lists([1]);
    await put([2]);
    await follower.lists([1, 2]);
    await silent.server.process.kill();
    await put([3]);
    await follower.lists([1, 2, 3]);
    expect(follower.problems.map(String)).toEqual([]);
    expect(server.process.lines.length).toBeGreaterThan(0);
  });

  it("far away, and every other datagram lost: everything works, only later", async ({ onTestFinished }) => {
    const { proxy, put, remove, follow } = await begin(onTestFinished);
    proxy.delay(100);
    proxy.loseEveryOther();
    await put([1, 2]);
    const follower = follow(PATIENT);
    await follower.lists([1, 2]);
    await remove([1]);
    await put([3]);
    await follower.lists([2, 3]);
    expect(follower.problems.map(String)).toEqual([]);
  });

  it("cut in mid-answer, wherever that is: no listing is ever partial", async ({ onTestFinished }) => {
    const { proxy, put, follow } = await begin(onTestFinished);
    const everybody = numbersTo(12);
    await put(everybody);
    for (const bytes of [60, 100, 200, 300, 400, 500]) {
      proxy.cutTo(bytes);
      const follower = follow();
      await follower.lists(everybody);
      expect(follower.listings).toHaveLength(1);
      await follower[Symbol.asyncDispose]();
    }
    expect(proxy.accepted).toBeGreaterThanOrEqual(6);
  });

  it("10 changes a second for 20 s: the last listing is right, and memory stays flat", async ({ onTestFinished }) => {
    const { put, remove, visit } = await begin(onTestFinished);
    const visitor = visit();
    await visitor.lists([]);
    const present = new Set<number>();
    const change = async (count: number) => {
      const startedAt = performance.now();
      for (let made = 0; made < count; made++) {
        const number = 1 + ((made * 7) % 30);
        if (present.delete(number)) await remove([number]);
        else await put([number]).then(() => present.add(number));
        // Each change is a process of its own.
        await pause(Math.max(0, startedAt + EVERY_MS * (made + 1) - performance.now()));
      }
      await visitor.lists(hostsOf([...present]));
    };
    await change(CHANGES / 5);
    const before = await visitor.heap();
    await change(CHANGES);
    expect(present.size).toBeGreaterThan(0);
    expect((await visitor.heap()) - before).toBeLessThan(FLAT_BYTES);
  });

  it("1,000 instances: all are listed, and one that comes or goes among them is noticed", async ({
    onTestFinished,
  }) => {
    const { put, remove, follow, options } = await begin(onTestFinished);
    const everybody = numbersTo(1_000);
    await put(everybody);
    // BIND leaves the addresses of most to be asked for.
    expect(await dnsDiscovery({ ...options, ...PATIENT }).lookup()).toHaveLength(1_000);
    const follower = follow(PATIENT);
    await follower.lists(everybody, PATIENT.timeoutMs);
    await remove([500]);
    await follower.lists(
      everybody.filter((number) => number !== 500),
      PATIENT.timeoutMs,
    );
    await put([500, 1_001]);
    await follower.lists(numbersTo(1_001), PATIENT.timeoutMs);
    expect(follower.problems.map(String)).toEqual([]);
  });

  it.for([
    ["is well", async () => {}],
    ["is dead", (server: ZoneServer) => server.process.kill()],
    ["is silent", silence],
  ] as const)(
    "a process ends by itself when it has disposed everything, while the name server %s",
    async ([, fault], { onTestFinished }) => {
      const { server, put, visit } = await begin(onTestFinished);
      await put([1]);
      const visitor = visit();
      await visitor.lists(hostsOf([1]));
      await fault(server);
      await pause(POLL_MS * 2);
      expect(await visitor.leave(END_LIMIT_MS), visitor.lines.join("\n")).toBe(0);
    },
  );

  it("a time of day that jumps ahead and back changes nothing", async ({ onTestFinished }) => {
    const { put, visit } = await begin(onTestFinished);
    await put([1]);
    const visitor = visit();
    await visitor.lists(hostsOf([1]));
    for (const number of [2, 3]) {
      visitor.jump();
      await put([number]);
      await visitor.lists(hostsOf(numbersTo(number)));
    }
  });
});
