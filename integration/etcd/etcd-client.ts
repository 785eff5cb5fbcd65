import type { ServiceInstance } from "@rollcall/core";
import { Etcd3, type IOptions } from "etcd3";

/** Another client of etcd, of which the adapter knows nothing: microsoft/etcd3. */
export class EtcdClient {
  readonly etcd3: Etcd3;

  constructor(port: number, options: Partial<IOptions> = {}) {
    this.etcd3 = new Etcd3({ hosts: `127.0.0.1:${port}`, ...options });
  }

  async put(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    await Promise.all(
      instances.map((instance) => this.etcd3.put(keyOf(service, instance)).value(JSON.stringify(instance)).exec()),
    );
  }

  async putText(service: string, id: string, text: string): Promise<void> {
    await this.etcd3.put(`${folderOf(service)}${id}`).value(text);
  }

  async remove(service: string, instances: readonly ServiceInstance[]): Promise<void> {
    await Promise.all(instances.map((instance) => this.etcd3.delete().key(keyOf(service, instance)).exec()));
  }

  async ids(service: string): Promise<string[]> {
    const keys = await this.etcd3.getAll().prefix(folderOf(service)).keys();
    return keys.map((key) => decodeURIComponent(key.slice(folderOf(service).length)));
  }

  /** Ends the lease on which an instance hangs, as time does. */
  async endLease(service: string, instance: ServiceInstance): Promise<void> {
    const { kvs } = await this.etcd3.get(keyOf(service, instance)).exec();
    await this.etcd3.leaseClient.leaseRevoke({ ID: kvs[0]?.lease ?? "0" });
  }

  /** A user that may do everything below a prefix, or nothing. */
  async addUser(name: string, password: string, prefix?: string): Promise<void> {
    await this.etcd3.auth.userAdd({ name, password });
    if (prefix === undefined) return;
    await this.etcd3.auth.roleAdd({ name });
    await this.etcd3.role(name).grant({ permission: "Readwrite", range: this.etcd3.range({ prefix }) });
    await this.etcd3.user(name).addRole(name);
  }

  close(): void {
    this.etcd3.close();
  }
}

function folderOf(service: string): string {
  return `rollcall/${service}/`;
}

function keyOf(service: string, { id, host, port }: ServiceInstance): string {
  return folderOf(service) + encodeURIComponent(id ?? `${host.includes(":") ? `[${host}]` : host}:${port}`);
}
