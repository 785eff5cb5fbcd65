import type { ConformanceGroup } from "../conformance-case.js";
import { announcing } from "./announcing.js";
import { changes } from "./changes.js";
import { disposal } from "./disposal.js";
import { endings } from "./endings.js";
import { failures } from "./failures.js";
import { handles } from "./handles.js";
import { identity } from "./identity.js";
import { listings } from "./listings.js";
import { lookups } from "./lookups.js";
import { records } from "./records.js";
import { withdrawing } from "./withdrawing.js";

/** Every case, in the order in which an adapter is best put right. */
export const CONFORMANCE_GROUPS: readonly ConformanceGroup[] = Object.freeze([
  identity,
  listings,
  lookups,
  changes,
  endings,
  disposal,
  failures,
  records,
  announcing,
  withdrawing,
  handles,
]);
