import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceInstance } from "@rollcall/core";
import { type KubernetesDiscoveryOptions, kubernetesDiscovery } from "@rollcall/kubernetes";
import { kubeconfigText } from "../../adapters/kubernetes/test/support/kubeconfig-file.ts";
import { endpointOf, SLICES, slice } from "../../adapters/kubernetes/test/support/objects.ts";
import type { Access, Registry, RegistryServer, ServerOptions } from "../registries/registry.ts";
import type { KubeApiServer } from "../servers/kube-apiserver.ts";
import type { Cleanup } from "../support/cleanup.ts";
import { http1Requests } from "../support/request-counters.ts";
import { type KubernetesPrograms, type RealAccount, type RealServer, realServer } from "./support/real-server.ts";

const TIMES = { inactivityMs: 5_000, requestTimeoutMs: 5_000, watchMs: 4_000 };

/** EndpointSlices of a real API server, for the suites that all registries share. */
export function kubernetesRegistry(programs: KubernetesPrograms): Registry {
  return {
    name: "kubernetes",
    create: (options) => kubernetesDiscovery(options as KubernetesDiscoveryOptions),
    module: "@rollcall/kubernetes",
    factory: "kubernetesDiscovery",
    start: (options) => RunningKubernetes.start(programs, options),
    // It is always TLS, in which nothing can be counted; where that is what matters, the server counts.
    counter: http1Requests,
    noticeMs: TIMES.inactivityMs + TIMES.requestTimeoutMs + 1_000,
    recoveryMs: 5_000,
    expiryMs: 1_000,
    remembers: true,
    permissions: { lookup: /endpointslices.*verbs: \["list", "watch"\]/s, announce: /./ },
    without: { announce: "Kubernetes writes EndpointSlices itself" },
  };
}

type Cleanups = Parameters<Cleanup>[0][];

class RunningKubernetes implements RegistryServer {
  readonly #server: RealServer;
  readonly #namespace: string;
  readonly #full: RealAccount;
  readonly #powerless: RealAccount;
  readonly #folder: string;
  readonly #tokenFile: string;
  readonly #cleanups: Cleanups;
  readonly #asksEverybody: boolean;
  #configs = 0;

  private constructor(
    server: RealServer,
    namespace: string,
    [full, powerless]: readonly [RealAccount, RealAccount],
    asksEverybody: boolean,
    cleanups: Cleanups,
  ) {
    this.#server = server;
    this.#namespace = namespace;
    this.#full = full;
    this.#powerless = powerless;
    this.#cleanups = cleanups;
    this.#asksEverybody = asksEverybody;
    this.#folder = mkdtempSync(join(tmpdir(), "rollcall-kubernetes-"));
    this.#tokenFile = join(this.#folder, "token");
    cleanups.push(() => rmSync(this.#folder, { recursive: true, force: true }));
    writeFileSync(this.#tokenFile, full.token);
  }

  static async start(
    programs: KubernetesPrograms,
    { tls, accounts = false }: ServerOptions,
  ): Promise<RunningKubernetes> {
    const cleanups: Cleanups = [];
    const files = tls && {
      ...{ ca: await readFile(tls.ca, "utf8"), certificateFile: tls.certificate, keyFile: tls.key },
    };
    try {
      const server = await realServer(programs).start((act) => cleanups.push(act), files);
      const namespace = await server.namespace();
      const [full, powerless] = [await server.account(namespace), await server.account(namespace)];
      await full.grant("endpointslices", ["list", "watch"]);
      return new RunningKubernetes(server, namespace, [full, powerless], accounts, cleanups);
    } catch (error) {
      for (const act of cleanups.reverse()) await act();
      throw error;
    }
  }

  get port(): number {
    return this.#server.port;
  }

  kill = () => this.#server.server.process.kill();
  start = () => this.#server.server.process.start();
  pause = () => this.#server.server.process.pause();
  resume = () => this.#server.server.process.resume();

  /** An EndpointSlice for each, since they differ in the port. */
  async put(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    const { writer } = this.#server;
    const put = (instance: ServiceInstance) => {
      const ports = [{ name: "cluster", port: instance.port }];
      const object = slice(service, nameOf(service, instance), { endpoints: [endpointOf(instance)], ports });
      return writer.create(this.#namespace, SLICES, object);
    };
    await Promise.all(instances.map(put));
  }

  async remove(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    const { writer } = this.#server;
    await Promise.all(instances.map((instance) => writer.delete(this.#namespace, SLICES, nameOf(service, instance))));
  }

  async ids(service: string): Promise<readonly string[]> {
    const path = `apis/discovery.k8s.io/v1/namespaces/${this.#namespace}/endpointslices`;
    const { items } = await this.#server.writer.send(
      "GET",
      `${path}?labelSelector=kubernetes.io/service-name=${service}`,
    );
    return (items as { endpoints: { targetRef: { uid: string } }[] }[]).map(
      ({ endpoints }) => endpoints[0]?.targetRef.uid ?? "",
    );
  }

  accounts() {
    return {
      full: { name: "full", secret: this.#full.token },
      powerless: { name: "powerless", secret: this.#powerless.token },
    };
  }

  async rotate(): Promise<void> {
    writeFileSync(this.#tokenFile, await this.#full.rotate());
  }

  /** An account that is a function is the one whose token is in a file, as it is in a pod. */
  options(service: string, { port, account, ca = this.#server.ca }: Access): KubernetesDiscoveryOptions {
    const token = account ?? (this.#asksEverybody ? undefined : { secret: this.#server.adminToken });
    const identity = typeof token === "function" ? { user: { tokenFile: this.#tokenFile } } : { token: token?.secret };
    const kubeconfig = join(this.#folder, `kubeconfig-${++this.#configs}`);
    writeFileSync(kubeconfig, kubeconfigText({ server: `https://127.0.0.1:${port}`, ca, ...identity }));
    return { service, namespace: this.#namespace, kubeconfig, ...TIMES };
  }

  /** See {@link KubeApiServer.requests}. */
  requests = () => this.#server.server.requests();

  /** What a bare client needs. */
  get access() {
    const { ca, adminToken, port } = this.#server;
    return { ca, token: adminToken, port, namespace: this.#namespace };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The server before what it uses.
    for (const act of this.#cleanups.reverse()) await act();
  }
}

export type { RunningKubernetes };

function nameOf(service: string, { id, host, port }: ServiceInstance): string {
  return `${service}-${(id ?? `${host}-${port}`).replaceAll(/[^a-z\d]+/g, "-")}`;
}
