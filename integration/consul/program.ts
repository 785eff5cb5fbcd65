import { findConsul } from "../servers/consul.ts";
import { findServer } from "../servers/report.ts";

/** Undefined where it cannot be had: its tests are skipped then. */
export const consul = await findServer("consul", findConsul);
