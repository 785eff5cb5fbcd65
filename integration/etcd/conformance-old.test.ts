import { etcdConformance } from "./conformance.ts";
import { etcdOld } from "./versions.ts";

await etcdConformance(await etcdOld());
