import type { ServiceInstance } from "@rollcall/core";
import { addressRecord, type Change, serviceRecord, ZONE, type ZoneRecord, type ZoneServer } from "./zone-server.ts";

/** A service in the zone of a server, kept as instances. */
export class Place {
  /** What to look up. */
  readonly name = `_rollcall._tcp.orders.${ZONE}`;
  readonly #server: ZoneServer;

  constructor(server: ZoneServer) {
    this.#server = server;
  }

  add(instances: readonly Pick<ServiceInstance, "host" | "port">[]): Promise<void> {
    return this.#change({ add: instances.flatMap((instance) => this.#records(instance)) });
  }

  remove(instances: readonly Pick<ServiceInstance, "host" | "port">[]): Promise<void> {
    return this.#change({ remove: instances.flatMap((instance) => this.#records(instance)) });
  }

  #change(change: Change): Promise<void> {
    return this.#server.change(change);
  }

  #records({ host, port }: Pick<ServiceInstance, "host" | "port">): ZoneRecord[] {
    const target = `node-${port}.${ZONE}`;
    return [serviceRecord(this.name, target, port), addressRecord(target, host)];
  }
}
