import { describe, expect, it, onTestFinished } from "vitest";
import { encodeMessage } from "../src/grpc/protobuf.js";
import { etcdDiscovery } from "../src/index.js";
import { events, FakeEtcd, leaseAnswer, PATHS, pair } from "./support/fake-etcd.js";
import { ManualClock } from "./support/manual-clock.js";

const SELF = { host: "10.0.0.7", port: 7337, id: "node-1" };
const KEY = "rollcall/orders/node-1";

async function begin() {
  const etcd = await FakeEtcd.start();
  const clock = new ManualClock();
  // Pings would be due before their answers could come.
  const options = { clock, random: () => 0.5, keepAliveMs: 86_400_000 };
  const discovery = etcdDiscovery({ service: "orders", urls: etcd.url, ...options });
  const problems: string[] = [];
  const announce = (signal?: AbortSignal) =>
    discovery.announce(SELF, { report: ({ message }) => problems.push(message), ...(signal && { signal }) });
  onTestFinished(() => discovery[Symbol.asyncDispose]());
  return { etcd, clock, discovery, problems, announce };
}

/** One that stands, and whose lease has been renewed once. */
async function announced() {
  const begun = await begin();
  const announcement = await begun.announce();
  await expect.poll(() => begun.etcd.of(PATHS.keepAlive)).toHaveLength(1);
  return { ...begun, announcement };
}

const leases = (etcd: FakeEtcd, path: string, field: number) => etcd.of(path).map(({ fields }) => fields.get(field));

describe("an announcement", () => {
  it("is a key on a lease, and gone with the lease", async () => {
    const { etcd, announcement } = await announced();
    const [lease] = leases(etcd, PATHS.grant, 2);
    expect(leases(etcd, PATHS.grant, 1)).toEqual([15]);
    const [put] = etcd.of(PATHS.put);
    expect(Buffer.from(put?.fields.get(1) as Uint8Array).toString()).toBe(KEY);
    expect(JSON.parse(Buffer.from(put?.fields.get(2) as Uint8Array).toString())).toEqual(SELF);
    expect(put?.fields.get(3)).toBe(lease);
    await announcement[Symbol.asyncDispose]();
    expect(leases(etcd, PATHS.revoke, 1)).toEqual([lease]);
    await expect.poll(() => etcd.connections).toBe(0);
  });

  it("renews its lease three times in each of its lives, as long as that is for the server", async () => {
    const { etcd, clock, announce } = await begin();
    etcd.on(PATHS.grant, ({ fields }, reply) => {
      reply.message(leaseAnswer(Number(fields.get(2)), 60));
      reply.end();
    });
    await announce();
    await expect.poll(() => etcd.of(PATHS.keepAlive)).toHaveLength(1);
    clock.advance(19_999);
    clock.advance(1);
    await expect.poll(() => etcd.of(PATHS.keepAlive)).toHaveLength(2);
    expect(leases(etcd, PATHS.keepAlive, 1)).toEqual(Array(2).fill(leases(etcd, PATHS.grant, 2)[0]));
  });

  it("keeps its lease when the connection is lost, and puts the key there again", async () => {
    const { etcd, clock, problems } = await announced();
    etcd.cut();
    await expect.poll(() => problems).toHaveLength(1);
    clock.advance(1_000);
    await expect.poll(() => etcd.of(PATHS.put)).toHaveLength(2);
    expect(etcd.of(PATHS.grant)).toHaveLength(1);
    expect(new Set(leases(etcd, PATHS.put, 3)).size).toBe(1);
  });

  it("takes another lease when the server has forgotten the one it had", async () => {
    const { etcd, clock, problems } = await announced();
    etcd.refuse(PATHS.put, 5, "etcdserver: requested lease not found", 1);
    const forgotten = leases(etcd, PATHS.grant, 2)[0];
    etcd.on(PATHS.keepAlive, ({ fields }, reply) => {
      reply.message(leaseAnswer(Number(fields.get(1)), fields.get(1) === forgotten ? 0 : 15));
    });
    clock.advance(5_000);
    await expect.poll(() => etcd.of(PATHS.put)).toHaveLength(3);
    const [first, again, second] = leases(etcd, PATHS.put, 3);
    expect(again).toBe(first);
    expect(leases(etcd, PATHS.grant, 2)).toEqual([first, second]);
    expect(problems[0]).toContain("no longer had the key");
  });

  it("puts its key there again when somebody deletes it", async () => {
    const { etcd, problems } = await announced();
    etcd.streams.get(PATHS.watch)?.message(events([true, pair(KEY, "")]));
    await expect.poll(() => etcd.of(PATHS.put)).toHaveLength(2);
    expect(problems).toEqual([expect.stringContaining(KEY)]);
  });

  it("is put back at once when it is gone, and with growing pauses when it goes again and again", async () => {
    const { etcd, clock } = await announced();
    let puts = 1;
    for (const pauseMs of [0, 400, 800, 1_600]) {
      await expect.poll(() => etcd.of(PATHS.watch)).toHaveLength(puts);
      etcd.streams.get(PATHS.watch)?.message(events([true, pair(KEY, "")]));
      await expect.poll(() => etcd.of(PATHS.put)).toHaveLength(++puts);
      if (pauseMs > 0) {
        clock.advance(pauseMs - 1);
        expect(etcd.of(PATHS.watch)).toHaveLength(puts - 1);
        clock.advance(1);
      }
    }
  });

  it("gives up a connection on which a renewal is not answered", async () => {
    const { etcd, clock, problems } = await announced();
    etcd.on(PATHS.keepAlive, () => {});
    clock.advance(5_000);
    await expect.poll(() => etcd.of(PATHS.keepAlive)).toHaveLength(2);
    clock.advance(2_000);
    await expect.poll(() => problems).toEqual([expect.stringContaining("no answer within 2000 ms")]);
    await expect.poll(() => etcd.connections).toBe(0);
  });

  it("is tried again with growing pauses while nothing works", async () => {
    const { etcd, clock, problems } = await announced();
    etcd.refuse(PATHS.put, 14, "etcdserver: no leader");
    etcd.cut();
    await expect.poll(() => problems).toHaveLength(1);
    let tried = 1;
    for (const pauseMs of [200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
      clock.advance(pauseMs - 1);
      expect(etcd.of(PATHS.put)).toHaveLength(tried);
      clock.advance(1);
      await expect.poll(() => problems).toHaveLength(++tried);
    }
  });

  it("that is withdrawn while its connection is broken is withdrawn over another one", async () => {
    const { etcd, announcement } = await announced();
    etcd.on(PATHS.revoke, ({ fields }, reply) => {
      if (etcd.of(PATHS.revoke).length === 1) return reply.stream.session?.destroy();
      reply.message(encodeMessage([1, encodeMessage([3, Number(fields.get(1)) > 0])]));
      reply.end();
    });
    await announcement[Symbol.asyncDispose]();
    expect(new Set(leases(etcd, PATHS.revoke, 1))).toEqual(new Set(leases(etcd, PATHS.grant, 2)));
    expect(etcd.of(PATHS.revoke)).toHaveLength(2);
  });

  it("whose lease is gone already is withdrawn", async () => {
    const { etcd, announcement } = await announced();
    etcd.refuse(PATHS.revoke, 5, "etcdserver: requested lease not found");
    await announcement[Symbol.asyncDispose]();
  });

  it("that is refused leaves no lease behind", async () => {
    const { etcd, announce } = await begin();
    etcd.refuse(PATHS.put, 7, "etcdserver: permission denied");
    await expect(announce()).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("readwrite"),
    });
    expect(leases(etcd, PATHS.revoke, 1)).toEqual(leases(etcd, PATHS.grant, 2));
  });

  it("that is aborted while the key is put leaves nothing behind", async () => {
    const { etcd, announce, discovery } = await begin();
    etcd.on(PATHS.put, () => {});
    const abort = new AbortController();
    const announcing = announce(abort.signal);
    announcing.catch(() => {});
    await expect.poll(() => etcd.of(PATHS.put)).toHaveLength(1);
    abort.abort(new Error("no longer wanted"));
    await expect(announcing).rejects.toThrow("no longer wanted");
    await discovery[Symbol.asyncDispose]();
    expect(leases(etcd, PATHS.revoke, 1)).toEqual(leases(etcd, PATHS.grant, 2));
    await expect.poll(() => etcd.connections).toBe(0);
  });
});
