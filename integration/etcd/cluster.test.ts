import { etcdDiscovery } from "@rollcall/etcd";
import { describe, expect, it } from "vitest";
import type { OnTestFinished } from "../failure/support/member.ts";
import { Follower } from "../registries/follower.ts";
import { until } from "../registries/scene.ts";
import { EtcdServer } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { IN_TIME_MS } from "../support/patience.ts";
import { patientClock } from "../support/patient-clock.ts";
import { EtcdClient } from "./etcd-client.ts";
import { etcdRegistry } from "./registry.ts";
import { etcdVersions } from "./versions.ts";

/** A new leader takes a second or two, and a session that hung on the old one is noticed later. */
const FAIL_OVER_MS = IN_TIME_MS;
const SERVICE = "orders";
const instance = (number: number) => ({ host: "10.77.0.1", port: 7000 + number, id: `node-${number}` });

async function putWhenThereIsALeader(client: EtcdClient, number: number): Promise<void> {
  const put = () => client.put(SERVICE, [instance(number)]);
  await until(
    () =>
      put().then(
        () => true,
        () => false,
      ),
    () => "somebody leads",
    FAIL_OVER_MS,
  );
}

for (const { name, program } of await etcdVersions()) {
  describe.skipIf(!program)(`three members of ${name}`, { concurrent: true, timeout: 300_000 }, () => {
    /** Their servers, and somebody who knows all of them. */
    async function begin(onTestFinished: OnTestFinished) {
      const members = await EtcdServer.startCluster(program as Program, 3);
      onTestFinished(() => Promise.all(members.map((member) => member[Symbol.asyncDispose]())).then(() => {}));
      const urls = members.map(({ port }) => `http://127.0.0.1:${port}`);
      const client = new EtcdClient(0, { hosts: urls });
      onTestFinished(() => client.close());
      const discovery = (more: object = {}) => {
        const made = etcdDiscovery({
          service: SERVICE,
          urls,
          ttlMs: 5_000,
          requestTimeoutMs: 1_000,
          keepAliveMs: 5_000,
          ...more,
        });
        onTestFinished(() => made[Symbol.asyncDispose]());
        return made;
      };
      const follower = new Follower(discovery(), etcdRegistry(name, program as Program));
      onTestFinished(() => follower[Symbol.asyncDispose]());
      return { members: members as [EtcdServer, EtcdServer, EtcdServer], client, discovery, follower };
    }

    it("are killed with kill -9 one after the other, and come back: listings stay right throughout", async ({
      onTestFinished,
    }) => {
      const { members, client, discovery, follower } = await begin(onTestFinished);
      await client.put(SERVICE, [instance(1)]);
      await discovery().announce(instance(2));
      await follower.lists([1, 2]);
      let number = 3;
      const listed = [1, 2];
      for (const member of members) {
        await member.process.kill();
        await putWhenThereIsALeader(client, number);
        listed.push(number++);
        await follower.lists(listed, FAIL_OVER_MS);
        expect(await discovery({ clock: patientClock }).lookup()).toHaveLength(listed.length);
        await member.process.start();
      }
      expect(follower.dropped([1, 2])).toEqual([]);
    });

    it("lose their majority: the watch on the one that is left ends, nobody is dropped, and all is right again", async ({
      onTestFinished,
    }) => {
      const { members, client, follower } = await begin(onTestFinished);
      await client.put(SERVICE, [instance(1)]);
      await follower.lists([1]);
      // Whichever it watches: the other two go.
      for (const member of members.slice(1)) await member.process.kill();
      const { code, retryable } = await follower.noticesTrouble(FAIL_OVER_MS);
      expect([code, retryable]).toEqual(["UNAVAILABLE", true]);
      expect(follower.ids).toEqual(["node-1"]);
      await Promise.all(members.slice(1).map((member) => member.process.start()));
      await putWhenThereIsALeader(client, 2);
      await follower.lists([1, 2], FAIL_OVER_MS);
      expect(follower.dropped([1])).toEqual([]);
    });
  });
}
