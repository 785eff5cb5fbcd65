import { type EtcdAge, findEtcd } from "../servers/etcd.ts";
import type { Program } from "../servers/find-program.ts";
import { findServer } from "../servers/report.ts";

export interface EtcdVersion {
  readonly name: string;
  /** Undefined where it cannot be had. */
  readonly program: Program | undefined;
}

async function version(age: EtcdAge): Promise<EtcdVersion> {
  const program = await findServer(`etcd-${age}`, () => findEtcd(age));
  const [number = age] = /\d+\.\d+\.\d+/.exec(program?.description ?? "") ?? [];
  return { name: `etcd ${number}`, program };
}

/** Debian's, which is as old as is supported. */
export const etcdOld = () => version("old");
export const etcdNew = () => version("new");
/** Those two. */
export const etcdVersions = () => Promise.all([etcdOld(), etcdNew()]);
