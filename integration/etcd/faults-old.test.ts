import { it } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { findEtcd } from "../servers/etcd.ts";
import { findServer } from "../servers/report.ts";
import { etcdRegistry } from "./registry.ts";

const program = await findServer("etcd-old", () => findEtcd("old"));
if (program) faultMatrix(etcdRegistry("etcd 3.4", program));
else it.skip("etcd 3.4, when something fails");
