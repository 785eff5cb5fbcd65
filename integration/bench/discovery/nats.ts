import { connect } from "@nats-io/transport-node";
import { NATS_DEFAULTS } from "@rollcall/nats";
import { natsRegistry } from "../../nats/registry.ts";
import { findNats } from "../../servers/nats.ts";
import type { LoadSubject } from "./subject.ts";

/** The newest NATS, and a subscription of its own client. */
export const load: LoadSubject = async () => {
  const program = await findNats("new");
  return {
    registry: natsRegistry(program.description, program),
    options: (service, port) => ({ service, servers: `127.0.0.1:${port}` }),
    heartbeatMs: NATS_DEFAULTS.ttlMs / 3,
    async watch(server, service, onChange) {
      const client = await connect({ servers: `127.0.0.1:${server.port}` });
      client.subscribe(`rollcall.${service}.alive`, {
        callback: (_, message) => onChange(message.json<{ id: string }>().id),
      });
      await client.flush();
      return () => client.close();
    },
  };
};
