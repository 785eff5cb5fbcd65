import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ChosenDiscovery } from "../choose-discovery.js";
import type { RegistryPlan } from "../discovery-plan.js";
import { type RegistryName, registryKind } from "./registries.js";
import { type RunningRegistry, startRegistry } from "./start-registry.js";

/** A server on a slow machine takes its time to start, in milliseconds. */
const START_LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/**
 * A registry that answers: the one at `url`, or one that is started.
 *
 * @throws Error that says why there is none
 */
export async function reachRegistry(name: RegistryName, url: string | undefined): Promise<ChosenDiscovery> {
  const service = `rollcall-demo-${randomBytes(4).toString("hex")}`;
  if (url !== undefined) {
    const plan: RegistryPlan = { mechanism: name, url, service, own: false };
    try {
      await ask(plan);
    } catch (error) {
      // The adapter names options that are not those of the demonstration.
      throw new Error(`--url does not work: ${(error as Error).message}`, { cause: error });
    }
    return { plan };
  }
  const registry = await startRegistry(name);
  const plan: RegistryPlan = { mechanism: name, url: registry.url, service, own: true };
  try {
    await answered(plan, registry);
  } catch (error) {
    await registry.stop();
    throw error;
  }
  const { note } = registryKind(name);
  return { plan, registry, ...(note !== undefined && { note }) };
}

async function answered(plan: RegistryPlan, registry: RunningRegistry): Promise<void> {
  const giveUpAt = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await ask(plan);
      return;
    } catch (error) {
      if (registry.failure !== undefined) {
        throw new Error(`${plan.mechanism} ended before it was ready: ${registry.failure}`, { cause: error });
      }
      if (performance.now() > giveUpAt) throw error;
      await pause(LOOK_AGAIN_MS);
    }
  }
}

/** As its users will. */
async function ask({ mechanism, url, service }: RegistryPlan): Promise<void> {
  const kind = registryKind(mechanism);
  await using discovery = await kind.open(url, service);
  await discovery.lookup();
  await kind.ready?.(url, service);
}
