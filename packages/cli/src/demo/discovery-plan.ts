import { rmSync } from "node:fs";
import type { RegistryName } from "./registry/registries.js";

/** How the nodes of one demonstration find each other. All that they are told of their surroundings; plain data. */
export type DiscoveryPlan = MdnsPlan | FilePlan | RegistryPlan;

export interface MdnsPlan {
  readonly mechanism: "mdns";
  readonly service: string;
  /** The address of the one interface to use. */
  readonly interface: string;
  /** A UDP port of this demonstration's own, so that two of them do not meet. */
  readonly port: number;
}

export interface FilePlan {
  readonly mechanism: "file";
  /** A folder of this demonstration's own. */
  readonly folder: string;
  /** The file in it that lists the nodes. */
  readonly file: string;
}

export interface RegistryPlan {
  readonly mechanism: RegistryName;
  readonly url: string;
  /** A service of this demonstration's own, so that two of them do not meet. */
  readonly service: string;
  /** Whether the registry runs for this demonstration alone. */
  readonly own: boolean;
}

/** What is to be said of it to people. */
export function describePlan(plan: DiscoveryPlan): string {
  if (plan.mechanism === "file") return `the watched file ${plan.file}`;
  if (plan.mechanism !== "mdns") return `${plan.mechanism} at ${plan.url}${plan.own ? ", started for them" : ""}`;
  return `mDNS on the loopback interface (${plan.interface}, UDP port ${plan.port})`;
}

/** Removes what the demonstration has on disk, if anything. Idempotent. */
export function removeFolder(plan: DiscoveryPlan): void {
  if (plan.mechanism === "file") rmSync(plan.folder, { recursive: true, force: true, maxRetries: 3 });
}
