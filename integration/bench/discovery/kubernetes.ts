import { request } from "node:https";
import { KUBERNETES_DEFAULTS } from "@rollcall/kubernetes";
import { kubernetesRegistry, type RunningKubernetes } from "../../kubernetes/registry.ts";
import { findKubernetes } from "../../kubernetes/support/real-server.ts";
import type { LoadSubject } from "./subject.ts";

/** A real API server, and one watch request to it with nothing around it. */
export const load: LoadSubject = async () => {
  const programs = await findKubernetes();
  let server: RunningKubernetes | undefined;
  const registry = kubernetesRegistry(programs);
  const { watchMs, inactivityMs, requestTimeoutMs } = KUBERNETES_DEFAULTS;
  return {
    registry: {
      ...registry,
      name: programs.description,
      async start(options) {
        server = (await registry.start(options)) as RunningKubernetes;
        return server;
      },
    },
    options: (service, port) => ({ ...server?.options(service, { port }), watchMs, inactivityMs, requestTimeoutMs }),
    requests: (running) => (running as RunningKubernetes).requests(),
    async watch(running, service, onChange) {
      const { ca, token, port, namespace } = (running as RunningKubernetes).access;
      const selector = `labelSelector=kubernetes.io/service-name=${service}`;
      const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?watch=true&${selector}`;
      const headers = { authorization: `Bearer ${token}` };
      const watching = request({ host: "127.0.0.1", port, path, ca, headers, agent: false });
      await new Promise<void>((resolve, reject) => {
        let text = "";
        watching.on("error", reject).on("response", (response) => {
          response
            .on("error", () => {})
            .on("data", (part: Buffer) => {
              const lines = (text + part).split("\n");
              text = lines.pop() ?? "";
              for (const line of lines) {
                const { type, object } = JSON.parse(line);
                if (type === "ADDED") onChange(object.endpoints[0].targetRef.uid);
              }
            });
          resolve();
        });
        watching.end();
      });
      return async () => void watching.destroy();
    },
  };
};
