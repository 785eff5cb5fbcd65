import { etcdConformance } from "./conformance.ts";
import { etcdNew } from "./versions.ts";

await etcdConformance(await etcdNew());
