import { type EtcdAge, findEtcd } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { findServer } from "../servers/report.ts";

export interface EtcdVersion {
  readonly name: string;
  /** Undefined where it cannot be had. */
  readonly program: Program | undefined;
}

async function version(age: EtcdAge, name: string): Promise<EtcdVersion> {
  return { name, program: await findServer(`etcd-${age}`, () => findEtcd(age)) };
}

/** The oldest that is supported, and the newest. */
export const etcdVersions = await Promise.all([version("old", "etcd 3.4"), version("new", "the newest etcd")]);
