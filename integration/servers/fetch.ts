/**
 * Finds or fetches every server that tests run against, one after the other, and says what it found. One that cannot be
 * had is no error here: `ROLLCALL_REQUIRE` says which must not be missing.
 */
import { findBind } from "./bind.ts";
import { findConsul } from "./consul.ts";
import { findCoreDns } from "./coredns.ts";
import { findDnsmasq } from "./dnsmasq.ts";
import { findEtcd } from "./etcd.ts";
import { findKnot } from "./knot.ts";
import { findKubeApiServer, findKubectl } from "./kube-apiserver.ts";
import { findNats } from "./nats.ts";
import type { Found } from "./report.ts";

const SERVERS: Readonly<Record<string, () => Promise<Found>>> = {
  consul: findConsul,
  "etcd-old": () => findEtcd("old"),
  "etcd-new": () => findEtcd("new"),
  "nats-old": () => findNats("old"),
  "nats-new": () => findNats("new"),
  bind: findBind,
  knot: findKnot,
  dnsmasq: findDnsmasq,
  coredns: findCoreDns,
  kubernetes: findKubeApiServer,
  kubectl: findKubectl,
};

for (const [name, find] of Object.entries(SERVERS)) {
  const startedAt = performance.now();
  const outcome = await find().then(
    ({ description }) => description,
    (error: Error) => `not to be had: ${error.message}`,
  );
  console.log(`  ${name}: ${outcome} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
}
