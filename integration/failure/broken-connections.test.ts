import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { freePort } from "../support/ports.ts";
import { everybodySeesEverybody, gone } from "./support/cluster.ts";
import { Member, type OnTestFinished } from "./support/member.ts";

/** How long a proxy that is being restarted refuses connections, in milliseconds. */
const RESTART_MS = 500;

/** Processes that reach each other through proxies only: each has one in front of it. */
async function startBehindProxies(size: number, onTestFinished: OnTestFinished) {
  const members: Member[] = [];
  const proxies: FaultyProxy[] = [];
  while (members.length < size) {
    const bindPort = await freePort();
    const proxy = await FaultyProxy.start(bindPort, onTestFinished);
    const contacts = proxies.map(({ port }) => `127.0.0.1:${port}`);
    proxies.push(proxy);
    members.push(await Member.start({ port: proxy.port, bindPort, contacts }, { onTestFinished }));
  }
  await everybodySeesEverybody(members);
  return { members, proxies };
}

/** Everybody is up, has been all the time, and a newcomer gets to be so too, for which everybody has to agree. */
async function expectNobodyGone(members: readonly Member[], onTestFinished: OnTestFinished): Promise<void> {
  const contacts = members.map(({ address }) => address);
  const newcomer = await Member.start({ port: 0, contacts }, { onTestFinished });
  await everybodySeesEverybody([...members, newcomer]);
  expect(gone(members)).toEqual([]);
}

it("members whose connections are reset connect again, and nobody goes down", async ({ onTestFinished }) => {
  const { members, proxies } = await startBehindProxies(3, onTestFinished);
  const accepted = () => proxies.reduce((sum, proxy) => sum + proxy.accepted, 0);
  for (let round = 0; round < 5; round++) {
    const before = accepted();
    for (const proxy of proxies) proxy.reset();
    await expect.poll(accepted).toBeGreaterThanOrEqual(before + 3);
  }
  await expectNobodyGone(members, onTestFinished);
});

it.for([
  ["in front of one member", 1],
  ["in front of everybody", 3],
] as const)(
  "a proxy that is restarted, and refuses connections meanwhile, costs nobody: %s",
  async ([, count], { onTestFinished }) => {
    const { members, proxies } = await startBehindProxies(3, onTestFinished);
    const restarted = proxies.slice(-count);

    for (const proxy of restarted) proxy.refuse();
    await pause(RESTART_MS);
    await Promise.all(restarted.map((proxy) => proxy.listenAgain()));

    await expectNobodyGone(members, onTestFinished);
  },
);

it.for([2, 3])(
  "a link that stands and carries nothing one way costs nobody: %i members",
  async (size, { onTestFinished }) => {
    const { members, proxies } = await startBehindProxies(size, onTestFinished);
    const before = proxies.reduce((sum, { accepted }) => sum + accepted, 0);

    for (const proxy of proxies) proxy.swallow();

    // What went over such a link before is given up for a new connection sooner or later.
    const accepted = () => proxies.reduce((sum, proxy) => sum + proxy.accepted, 0);
    await expect.poll(accepted).toBeGreaterThan(before);
    await expectNobodyGone(members, onTestFinished);
  },
);
