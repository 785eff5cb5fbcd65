import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubernetesDiscovery } from "@rollcall/kubernetes";
import { describe, expect, it, vi } from "vitest";
import { folder, kubeconfigFile } from "../../adapters/kubernetes/test/support/kubeconfig-file.ts";
import { PODS, pod, running, SLICES, slice } from "../../adapters/kubernetes/test/support/objects.ts";
import { until } from "../registries/scene.ts";
import { findKubectl } from "../servers/kube-apiserver.ts";
import { findServer } from "../servers/report.ts";
import { run } from "../servers/run.ts";
import { Authority } from "../support/certificates.ts";
import { atEnd, once } from "./support/at-end.ts";
import { endpoint } from "./support/behaviour.ts";
import { findKubernetes, realServer } from "./support/real-server.ts";
import { failureOf, Scene } from "./support/scene.ts";

const programs = await findServer("kubernetes", findKubernetes);
const kubectl = await findServer("kubectl", findKubectl);

const onEnd = atEnd();
const start = once(() => realServer(programs as NonNullable<typeof programs>).start(onEnd));

/** An account of a namespace that may read the EndpointSlices in it, and tokens of it that end when we say. */
async function shortLived(scene: Scene) {
  const { server, writer } = await start();
  const name = `short-${scene.namespace}`;
  const { namespace } = scene;
  const account = await writer.send("POST", `api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  const rbac = `apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const rules = [{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] }];
  await writer.send("POST", `${rbac}/roles`, { metadata: { name }, rules });
  await writer.send("POST", `${rbac}/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  // The server acts on a role when it has heard of it from itself, and some hundred milliseconds can pass until then.
  const resourceAttributes = { namespace, verb: "watch", group: "discovery.k8s.io", resource: "endpointslices" };
  const review = { spec: { user: `system:serviceaccount:${namespace}:${name}`, resourceAttributes } };
  const isAllowed = async () => {
    const { status } = await writer.send("POST", "apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    return (status as { allowed: boolean }).allowed;
  };
  await until(isAllowed, () => `${review.spec.user} may watch`, 30_000);
  const uid = account.metadata.uid as string;
  /** The server accepts a token for a minute longer than it says. */
  return (forMs: number) => server.signToken({ namespace, name, uid }, new Date(Date.now() + forMs - 60_000));
}

describe.skipIf(!programs)("with a real API server", { concurrent: true }, () => {
  it("a scale from 0 to 50 and back, and a rolling update, are followed to their end", async ({ onTestFinished }) => {
    const scene = await Scene.begin(await start(), onTestFinished);
    const follower = await scene.subscribe();
    await follower.lists();
    const of = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => endpoint(from + index));
    await scene.create(SLICES, slice("orders", "a"));
    for (let size = 1; size <= 50; size += 7) {
      await scene.replace(SLICES, slice("orders", "a", { endpoints: of(0, size) }));
    }
    await scene.replace(SLICES, slice("orders", "a", { endpoints: of(0, 50) }));
    await follower.lists(...of(0, 50).map(({ addresses }) => addresses[0] as string));
    // One comes, one is terminating, one goes.
    for (let step = 1; step <= 50; step++) {
      const endpoints = [
        ...of(step, 50),
        endpoint(step - 1, { ready: false, terminating: true }),
        ...of(100, 100 + step),
      ];
      await scene.replace(SLICES, slice("orders", "a", { endpoints }));
    }
    await follower.lists(...of(100, 150).map(({ addresses }) => addresses[0] as string));
    expect(Math.min(...follower.listings.slice(-20).map((listing) => listing.length))).toBe(50);
    await scene.replace(SLICES, slice("orders", "a"));
    await follower.lists();
  });

  it("a pod that is deleted is no longer listed as soon as it is terminating", async ({ onTestFinished }) => {
    const scene = await Scene.begin(await start(), onTestFinished);
    const { writer } = scene.server;
    for (const number of [1, 2]) {
      await scene.create(PODS, pod(`orders-${number}`, { labels: { app: "orders" }, node: "node-1" }));
      await writer.setStatus(scene.namespace, PODS, `orders-${number}`, running([`10.5.0.${number}`]));
    }
    const follower = await scene.subscribe({ labelSelector: "app=orders" });
    await follower.lists("10.5.0.1", "10.5.0.2");
    const path = `api/v1/namespaces/${scene.namespace}/pods/orders-1`;
    await writer.send("DELETE", path, { gracePeriodSeconds: 30 });
    await follower.lists("10.5.0.2");
    // There is no kubelet that would end it.
    expect((await writer.send("GET", path)).metadata).toHaveProperty("deletionTimestamp");
  });

  it.skipIf(!kubectl)("what kubectl applies is listed, and what it deletes is not", async ({ onTestFinished }) => {
    const scene = await Scene.begin(await start(), onTestFinished);
    const kubeconfig = await scene.kubeconfig({ token: scene.server.adminToken });
    const manifest = join(await folder(onTestFinished), "slice.json");
    const object = slice("orders", "applied", { endpoints: [endpoint(1)] });
    await writeFile(manifest, JSON.stringify({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", ...object }));
    const call = (...args: string[]) =>
      run([kubectl?.path as string, "--kubeconfig", kubeconfig, "--namespace", scene.namespace, ...args]);
    const follower = await scene.subscribe();
    await call("apply", "-f", manifest);
    await follower.lists("10.1.0.1");
    await call(
      "patch",
      "endpointslice",
      "applied",
      "--type=json",
      "-p",
      '[{"op":"replace","path":"/endpoints/0/addresses/0","value":"10.1.0.2"}]',
    );
    await follower.lists("10.1.0.2");
    await call("delete", "endpointslice", "applied");
    await follower.lists();
  });

  it.skipIf(!kubectl)("the manifests of the documentation are accepted by the server", async ({ onTestFinished }) => {
    const { adminToken, ca, port, namespace } = await start();
    const parts = { server: `https://127.0.0.1:${port}`, ca, token: adminToken, namespace: await namespace() };
    const kubeconfig = await kubeconfigFile(await folder(onTestFinished), parts);
    const manifests = new URL("../../docs/kubernetes/", import.meta.url).pathname;
    const call = (...args: string[]) => run([kubectl?.path as string, "--kubeconfig", kubeconfig, ...args]);
    const said = await call("apply", "--dry-run=server", "--validate=strict", "-f", manifests);
    expect(
      said
        .trim()
        .split("\n")
        .map((line) => line.replace(/ .*/, ""))
        .sort(),
    ).toEqual(
      [
        ...["deployment.apps/orders", "statefulset.apps/orders", "service/orders"],
        ...[
          "role.rbac.authorization.k8s.io/orders-discovery",
          "rolebinding.rbac.authorization.k8s.io/orders-discovery",
        ],
        "serviceaccount/orders",
      ].sort(),
    );
  });

  it.skipIf(!kubectl)("the Role of the documentation is all it takes", async ({ onTestFinished }) => {
    const { adminToken, ca, port, namespace, server } = await start();
    const where = await namespace();
    const parts = { server: `https://127.0.0.1:${port}`, ca, token: adminToken, namespace: where };
    const kubeconfig = await kubeconfigFile(await folder(onTestFinished), parts);
    const call = (...args: string[]) => run([kubectl?.path as string, "--kubeconfig", kubeconfig, ...args]);
    await call("apply", "-f", new URL("../../docs/kubernetes/rbac.yaml", import.meta.url).pathname);
    const uid = (await call("get", "serviceaccount", "orders", "-o", "jsonpath={.metadata.uid}")).trim();
    const token = server.signToken({ namespace: where, name: "orders", uid }, new Date(Date.now() + 60_000));
    const scene = await Scene.begin(await start(), onTestFinished);
    const own = await scene.kubeconfig({ token });
    const follower = await scene.subscribe({ kubeconfig: own, namespace: where });
    await follower.lists();
    const created = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      ...slice("orders", "one", { endpoints: [endpoint(1)] }),
    };
    await scene.server.writer.send("POST", `apis/discovery.k8s.io/v1/namespaces/${where}/endpointslices`, created);
    await follower.lists("10.1.0.1");
  });

  it("a client certificate of a kubeconfig is accepted, whether it is in the file or beside it", async ({
    onTestFinished,
  }) => {
    const { authority, writer } = await start();
    const scene = await Scene.begin(await start(), onTestFinished);
    const { certificate, key, certificateFile, keyFile } = await authority.issue("alice");
    const rbac = `apis/rbac.authorization.k8s.io/v1/namespaces/${scene.namespace}`;
    const rules = [{ apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] }];
    await writer.send("POST", `${rbac}/roles`, { metadata: { name: "alice" }, rules });
    await writer.send("POST", `${rbac}/rolebindings`, {
      metadata: { name: "alice" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "alice" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" }],
    });
    await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    for (const parts of [
      { "client-certificate-data": base64(certificate), "client-key-data": base64(key) },
      { "client-certificate": certificateFile, "client-key": keyFile },
    ]) {
      const follower = await scene.subscribe({ kubeconfig: await scene.kubeconfig({ parts }) });
      await follower.lists("10.1.0.1");
    }
  });

  it("a certificate of an authority that is not ours is refused, with an error that says so", async ({
    onTestFinished,
  }) => {
    const scene = await Scene.begin(await start(), onTestFinished);
    const other = await Authority.create(onTestFinished);
    const kubeconfig = await scene.kubeconfig({ token: scene.server.adminToken, ca: other.certificate });
    const { code, message } = await failureOf(scene.lookup({ kubeconfig }));
    expect([code, message]).toEqual(["MISCONFIGURED", expect.stringMatching(/certificate.*\bca of kubeconfig/)]);
  });

  describe("inside a pod", { concurrent: false }, () => {
    /** What Kubernetes mounts, with a token good for so long. */
    async function mounted(scene: Scene, onTestFinished: (act: () => void | Promise<void>) => unknown) {
      const sign = await shortLived(scene);
      const directory = await folder(onTestFinished);
      const write = (forMs: number) => writeFile(join(directory, "token"), `${sign(forMs)}\n`);
      await writeFile(join(directory, "ca.crt"), scene.server.ca as string);
      await writeFile(join(directory, "namespace"), scene.namespace);
      vi.stubEnv("KUBERNETES_SERVICE_HOST", "127.0.0.1");
      vi.stubEnv("KUBERNETES_SERVICE_PORT", String(scene.proxy.port));
      onTestFinished(() => void vi.unstubAllEnvs());
      return { write, serviceAccountPath: directory };
    }

    const follow = (scene: Scene, serviceAccountPath: string) =>
      scene.supervised(kubernetesDiscovery({ service: "orders", serviceAccountPath, watchMs: 1_000 }));

    it("a token that is replaced before it ends interrupts nothing", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const { write, serviceAccountPath } = await mounted(scene, onTestFinished);
      const endsAt = performance.now() + 15_000;
      await write(15_000);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = follow(scene, serviceAccountPath);
      await follower.lists("10.1.0.1");
      await write(600_000);
      await new Promise((resolve) => setTimeout(resolve, endsAt + 1_000 - performance.now()));
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      await follower.lists("10.1.0.1", "10.1.0.2");
      expect(follower.problems).toEqual([]);
    });

    it("a token that ends is an error until there is another, and nobody is dropped", async ({ onTestFinished }) => {
      const scene = await Scene.begin(await start(), onTestFinished);
      const { write, serviceAccountPath } = await mounted(scene, onTestFinished);
      await write(15_000);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = follow(scene, serviceAccountPath);
      await follower.lists("10.1.0.1");
      const { code, message } = await follower.fails();
      expect([code, message]).toEqual(["UNAUTHENTICATED", expect.stringContaining(serviceAccountPath)]);
      expect(message).not.toContain((await readFile(join(serviceAccountPath, "token"), "utf8")).trim());
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      await write(600_000);
      await follower.lists("10.1.0.1", "10.1.0.2");
      expect(follower.listings.map((listing) => listing.length)).toEqual([1, 2]);
    });
  });
});

describe.skipIf(!programs)("a real API server that is started again", () => {
  it.for(["kill", "stop"] as const)(
    "after a %s is listed from again, and nobody was dropped",
    async (how, { onTestFinished }) => {
      const own = await realServer(programs as NonNullable<typeof programs>).start(onTestFinished);
      const scene = await Scene.begin(own, onTestFinished);
      await scene.create(SLICES, slice("orders", "one", { endpoints: [endpoint(1)] }));
      const follower = await scene.follow();
      await follower.lists("10.1.0.1");
      await own.server.process[how]();
      expect((await follower.fails()).code).toBe("UNAVAILABLE");
      await own.server.process.start();
      await scene.create(SLICES, slice("orders", "two", { endpoints: [endpoint(2)] }));
      await follower.lists("10.1.0.1", "10.1.0.2");
      expect(follower.listings.map((listing) => listing.length)).toEqual([1, 2]);
    },
  );
});
