import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { fileURLToPath } from "node:url";
import { type Announcer, type DefinedDiscovery, defineDiscovery, type ServiceInstance } from "@rollcall/core";
import { kubernetesDiscovery } from "@rollcall/kubernetes";

const WITHDRAW_LIMIT_MS = 2_000;
const TRY_LIMIT_MS = 2_000;

/**
 * The pods with a label, of which each node writes its own. The adapter does not do that: Kubernetes does, as it runs
 * them. They are pods rather than EndpointSlices, which must not have loopback addresses.
 *
 * @param url of the demonstration's own kubeconfig, `file:`
 */
export function writtenPods(url: string, service: string): DefinedDiscovery & Announcer {
  const kubeconfig = fileURLToPath(url);
  const discovery = kubernetesDiscovery({ kubeconfig, labelSelector: { app: service } });
  return defineDiscovery({
    name: discovery.name,
    lookup: (request) => discovery.lookup(request),
    subscribe: (request) => discovery.subscribe(request),
    async announce(self, { signal }) {
      const pod = podOf(service, self);
      const { name } = pod.metadata;
      // That of a process which was killed at the same address.
      await remove(kubeconfig, name, signal);
      await ask(kubeconfig, { method: "POST", body: pod }, signal);
      await ask(kubeconfig, { method: "PATCH", path: `/${name}/status`, body: runningAt(self.host) }, signal);
      return { withdraw: () => remove(kubeconfig, name, AbortSignal.timeout(WITHDRAW_LIMIT_MS)) };
    },
    dispose: () => discovery[Symbol.asyncDispose](),
  });
}

/** Rejects as long as the server would not take a pod: it answers before it does. */
export async function tryPod(url: string, service: string): Promise<void> {
  const body = podOf(service, { host: "127.0.0.1", port: 1 });
  const order: Order = { method: "POST", path: "?dryRun=All", body };
  await ask(fileURLToPath(url), order, AbortSignal.timeout(TRY_LIMIT_MS));
}

/** @param port its name tells one pod of this machine from another */
function podOf(service: string, { port: containerPort }: ServiceInstance) {
  return {
    metadata: { name: `${service}-${containerPort}`, labels: { app: service } },
    spec: { containers: [{ name: "node", image: "demo.invalid/node", ports: [{ containerPort }] }] },
  };
}

/** What a kubelet would say of a pod whose process listens. */
function runningAt(ip: string) {
  const conditions = [{ type: "Ready", status: "True" }];
  return { status: { phase: "Running", podIP: ip, podIPs: [{ ip }], conditions } };
}

function remove(kubeconfig: string, name: string, signal: AbortSignal): Promise<void> {
  // There is no machine that would have to end it first.
  return ask(kubeconfig, { method: "DELETE", path: `/${name}?gracePeriodSeconds=0`, accepts: 404 }, signal);
}

interface Order {
  readonly method: "POST" | "PATCH" | "DELETE";
  /** After that of the pods. */
  readonly path?: string;
  readonly body?: object;
  /** A status that is as good as success. */
  readonly accepts?: number;
}

/** @throws Error with what the server says, or the signal's reason */
async function ask(kubeconfig: string, order: Order, signal: AbortSignal): Promise<void> {
  const { method, path = "", body, accepts } = order;
  const { clusters, contexts, users } = JSON.parse(await readFile(kubeconfig, "utf8"));
  const { server, "certificate-authority": file } = clusters[0].cluster;
  const ca = await readFile(file);
  const headers = {
    authorization: `Bearer ${users[0].user.token}`,
    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
  };
  const url = `${server}/api/v1/namespaces/${contexts[0].context.namespace}/pods${path}`;
  await new Promise<void>((resolve, reject) => {
    const asking = request(url, { method, headers, ca, signal, agent: false }, async (response) => {
      try {
        const answer = Buffer.concat(await response.toArray()).toString();
        const { statusCode = 500 } = response;
        if (statusCode < 300 || statusCode === accepts) resolve();
        else reject(new Error(`${server} answers ${method} pods${path} with ${statusCode}: ${answer}`));
      } catch (error) {
        reject(error);
      }
    });
    asking.on("error", reject).end(body && JSON.stringify(body));
  });
}
