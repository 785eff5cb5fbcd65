import { it } from "vitest";
import { faultMatrix } from "../registries/fault-matrix.ts";
import { findEtcd } from "../servers/etcd.ts";
import { findServer } from "../servers/report.ts";
import { etcdRegistry } from "./registry.ts";

const program = await findServer("etcd-new", () => findEtcd("new"));
if (program) faultMatrix(etcdRegistry("the newest etcd", program));
else it.skip("the newest etcd, when something fails");
