import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiscoveryName } from "./demo-options.js";
import type { DiscoveryPlan, FilePlan } from "./discovery-plan.js";
import type { MulticastProbe } from "./multicast-probe.js";
import { reachRegistry } from "./registry/reach-registry.js";
import type { RunningRegistry } from "./registry/start-registry.js";

const LOOPBACK = "127.0.0.1";
/** As RFC 6335 wants it: up to 15 letters, digits and hyphens. */
const SERVICE = "rollcall-demo";

export interface ChosenDiscovery {
  readonly plan: DiscoveryPlan;
  /** What has to be said of it: how it is not what was to be expected. */
  readonly note?: string;
  /** What was started for it, and has to be stopped. */
  readonly registry?: RunningRegistry;
}

/**
 * What is wanted; if nothing is, multicast DNS on the loopback interface where that works, otherwise a file.
 *
 * @param url where the registry that is wanted runs, if none is to be started
 * @param probe see `probeMulticast`
 * @throws Error when what is wanted does not work here
 */
export async function chooseDiscovery(
  { discovery: wanted, url }: { readonly discovery?: DiscoveryName | undefined; readonly url?: string | undefined },
  probe: (address: string) => Promise<MulticastProbe>,
): Promise<ChosenDiscovery> {
  if (wanted === "file") return { plan: watchedFile() };
  if (wanted !== undefined && wanted !== "mdns") return reachRegistry(wanted, url);
  try {
    const { port } = await probe(LOOPBACK);
    return { plan: { mechanism: "mdns", service: SERVICE, interface: LOOPBACK, port } };
  } catch (error) {
    const problem = `Multicast does not work on the loopback interface of this machine: ${(error as Error).message}.`;
    if (wanted === "mdns") throw new Error(`${problem} Try --discovery file.`, { cause: error });
    return { plan: watchedFile(), note: `${problem} The nodes use a watched file instead.` };
  }
}

function watchedFile(): FilePlan {
  try {
    const folder = mkdtempSync(join(tmpdir(), "rollcall-demo-"));
    const file = join(folder, "nodes.txt");
    writeFileSync(file, "# The nodes, one host:port a line.\n");
    return { mechanism: "file", folder, file };
  } catch (error) {
    const where = "The nodes need a folder for temporary files; TMPDIR says where.";
    throw new Error(`${where} It cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}
