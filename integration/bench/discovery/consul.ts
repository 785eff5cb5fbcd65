import { CONSUL_DEFAULTS } from "@rollcall/consul";
import Consul from "consul";
import { consulRegistry } from "../../consul/registry.ts";
import { findConsul } from "../../servers/consul.ts";
import type { LoadSubject } from "./subject.ts";

/** Consul, and the watch of the package `consul`. */
export const load: LoadSubject = async () => {
  const program = await findConsul();
  return {
    registry: { ...consulRegistry(program), name: program.description },
    options: (service, port) => ({ service, url: `http://127.0.0.1:${port}` }),
    heartbeatMs: CONSUL_DEFAULTS.checkIntervalMs,
    async watch(server, service, onChange) {
      const client = new Consul({ host: "127.0.0.1", port: server.port });
      const watch = client.watch({ method: client.health.service, options: { service, passing: true } as never });
      const first = new Promise<void>((resolve) => {
        watch.on("change", (entries: readonly { Service: { Meta?: Record<string, string> } }[]) => {
          for (const { Service } of entries) onChange(Service.Meta?.["rollcall-id"] ?? "");
          resolve();
        });
      });
      await first;
      return async () => {
        watch.end();
        client.destroy();
      };
    },
  };
};
