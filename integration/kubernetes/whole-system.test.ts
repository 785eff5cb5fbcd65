import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { folder, kubeconfigFile } from "../../adapters/kubernetes/test/support/kubeconfig-file.ts";
import { PODS, pod, running } from "../../adapters/kubernetes/test/support/objects.ts";
import { everybodySeesEverybody, gone } from "../failure/support/cluster.ts";
import { Member, type OnTestFinished } from "../failure/support/member.ts";
import { findServer } from "../servers/report.ts";
import { CROWD_MS } from "../support/patience.ts";
import { findKubernetes, type KubernetesPrograms, realServer } from "./support/real-server.ts";

const programs = await findServer("kubernetes", findKubernetes);

/** How long the API server is away, in milliseconds. */
const AWAY_MS = 3_000;
/** A cluster that finds its registry again has paused for up to 30 s between attempts by then; in milliseconds. */
const JOIN_LIMIT_MS = 45_000 + CROWD_MS;

/**
 * A real API server, and processes that know it and nothing else. What Kubernetes would write of them we write: as pods,
 * since EndpointSlices must not have the loopback addresses that the processes have here.
 */
async function setUp(onTestFinished: OnTestFinished) {
  const real = await realServer(programs as KubernetesPrograms).start(onTestFinished);
  const { server, writer, adminToken, ca, port } = real;
  const namespace = await real.namespace();
  const parts = { server: `https://127.0.0.1:${port}`, ca, token: adminToken, namespace };
  const options = {
    labelSelector: "app=orders",
    kubeconfig: await kubeconfigFile(await folder(onTestFinished), parts),
  };
  const discovery = { module: "@rollcall/kubernetes", factory: "kubernetesDiscovery", options };
  return {
    server: server.process,
    async start(ready = true) {
      const member = await Member.start({ port: 0, contacts: [], discovery }, { onTestFinished });
      const containerPort = Number(member.address.slice(member.address.lastIndexOf(":") + 1));
      const object = pod(`orders-${member.id}`, {
        labels: { app: "orders" },
        ports: [{ name: "cluster", containerPort }],
      });
      await writer.create(namespace, PODS, object);
      await writer.setStatus(namespace, PODS, object.metadata.name, running(["127.0.0.1"], ready));
      return member;
    },
    withdraw: ({ id }: Member) => writer.delete(namespace, PODS, `orders-${id}`),
  };
}

describe.skipIf(!programs)("a cluster that knows only Kubernetes", { concurrent: true, timeout: 300_000 }, () => {
  it("forms, lives on without the API server, and takes a fourth node in when that is back", async ({
    onTestFinished,
  }) => {
    const { server, start } = await setUp(onTestFinished);
    const members = await Promise.all([start(), start(), start()]);
    await everybodySeesEverybody(members, JOIN_LIMIT_MS);

    await server.kill();
    await pause(AWAY_MS);
    expect(gone(members)).toEqual([]);
    await server.start();

    const all = [...members, await start()];
    await everybodySeesEverybody(all, JOIN_LIMIT_MS);
    expect(gone(all)).toEqual([]);
  });

  it("forms although nobody is ready before it has", async ({ onTestFinished }) => {
    const { start } = await setUp(onTestFinished);
    await everybodySeesEverybody(await Promise.all([start(false), start(false), start(false)]), JOIN_LIMIT_MS);
  });

  it("is replaced node by node, as a rolling update does", async ({ onTestFinished }) => {
    const { start, withdraw } = await setUp(onTestFinished);
    let members: Member[] = await Promise.all([start(), start(), start()]);
    await everybodySeesEverybody(members, JOIN_LIMIT_MS);
    for (const old of members) {
      const rest = [...members.filter((member) => member !== old), await start()];
      await everybodySeesEverybody([old, ...rest], JOIN_LIMIT_MS);
      await withdraw(old);
      old.signal("SIGTERM");
      await old.exited;
      await everybodySeesEverybody(rest, JOIN_LIMIT_MS);
      members = rest;
    }
  });

  it("keeps a node that Kubernetes no longer lists, and loses one to kill -9 that it still lists", async ({
    onTestFinished,
  }) => {
    const { start, withdraw } = await setUp(onTestFinished);
    const members = await Promise.all([start(), start(), start()]);
    await everybodySeesEverybody(members, JOIN_LIMIT_MS);
    const [kept, victim, other] = members as [Member, Member, Member];
    await withdraw(kept);
    victim.signal("SIGKILL");
    await everybodySeesEverybody([kept, other], JOIN_LIMIT_MS);
    for (const member of [kept, other]) await member.hasSeen(`${victim.id} down`, `${victim.id} removed`);
    const went = gone([kept, other]).join();
    expect(went).not.toContain(kept.address);
    expect(went).not.toContain(kept.id);
  });
});
