import { ETCD_DEFAULTS } from "@rollcall/etcd";
import { Etcd3 } from "etcd3";
import { etcdRegistry } from "../../etcd/registry.ts";
import { findEtcd } from "../../servers/etcd.ts";
import type { LoadSubject } from "./subject.ts";

/** The newest etcd, and microsoft/etcd3's watch. */
export const load: LoadSubject = async () => {
  const program = await findEtcd("new");
  return {
    registry: etcdRegistry(program.description, program),
    options: (service, port) => ({ service, urls: `http://127.0.0.1:${port}` }),
    heartbeatMs: ETCD_DEFAULTS.ttlMs / 3,
    async watch(server, service, onChange) {
      const client = new Etcd3({ hosts: `127.0.0.1:${server.port}` });
      const prefix = `rollcall/${service}/`;
      const watcher = await client.watch().prefix(prefix).create();
      watcher.on("put", ({ key }) => onChange(key.toString().slice(prefix.length)));
      return async () => {
        await watcher.cancel();
        client.close();
      };
    },
  };
};
