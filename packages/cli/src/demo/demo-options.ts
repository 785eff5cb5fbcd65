import { type OptionSpecs, type OptionValues, UsageError } from "../command.js";
import { MAX_NODES } from "./cast.js";
import { isAddress } from "./registry/address-form.js";
import { isRegistryName, REGISTRY_NAMES, type RegistryName, registryKind } from "./registry/registries.js";
import { LATECOMERS } from "./story.js";

export type DiscoveryName = "mdns" | "file" | RegistryName;

const DISCOVERY_NAMES: readonly DiscoveryName[] = ["mdns", "file", ...REGISTRY_NAMES];

export interface DemoOptions {
  readonly nodes: number;
  /** Undefined: whatever works best here. */
  readonly discovery: DiscoveryName | undefined;
  /** Of a registry that runs already. Undefined: one is started. */
  readonly url: string | undefined;
  readonly keep: boolean;
  readonly json: boolean;
  readonly stepTimeoutMs: number;
}

const DEFAULT_NODES = 3;
const DEFAULT_STEP_SECONDS = 10;

export const DEMO_OPTIONS = {
  nodes: {
    type: "string",
    short: "n",
    value: "N",
    help: `How many processes to begin with. Default ${DEFAULT_NODES}.`,
  },
  discovery: {
    type: "string",
    short: "d",
    value: DISCOVERY_NAMES.join("|"),
    help: "How they find each other. Default mdns, and file where multicast does not work. A registry is started for them.",
  },
  url: { type: "string", short: "u", value: "URL", help: "Where a registry runs already, so that none is started." },
  keep: { type: "boolean", short: "k", help: "Stay up until Ctrl-C instead of shutting down at the end." },
  json: { type: "boolean", help: "Print one JSON object a line, for programs." },
  "step-timeout": {
    type: "string",
    value: "SECONDS",
    help: `How long each step may take before the demonstration fails. Default ${DEFAULT_STEP_SECONDS}.`,
  },
} satisfies OptionSpecs;

/** @throws UsageError */
export function readDemoOptions(values: OptionValues): DemoOptions {
  const { discovery, url, nodes, keep, json } = values;
  if (discovery !== undefined && !isDiscoveryName(discovery)) {
    throw new UsageError(`--discovery is one of ${DISCOVERY_NAMES.join(", ")}, not "${discovery}"`);
  }
  const address = url === undefined ? undefined : readAddress(String(url), discovery);
  // Leadership needs two.
  const range = { least: 2, most: MAX_NODES - LATECOMERS };
  const number = nodes === undefined ? DEFAULT_NODES : Number(nodes);
  if (!Number.isInteger(number) || number < range.least || number > range.most) {
    throw new UsageError(`--nodes is a whole number from ${range.least} to ${range.most}, not "${nodes}"`);
  }
  const timeout = values["step-timeout"];
  const stepSeconds = timeout === undefined ? DEFAULT_STEP_SECONDS : Number(timeout);
  if (!(stepSeconds > 0 && stepSeconds <= 3600)) {
    throw new UsageError(`--step-timeout is a number of seconds above 0 and up to 3600, not "${timeout}"`);
  }
  const flags = { keep: keep === true, json: json === true };
  return { nodes: number, discovery, url: address, ...flags, stepTimeoutMs: stepSeconds * 1000 };
}

/** @returns the URL, which is one of a registry that the demonstration can use as it runs */
function readAddress(url: string, discovery: DiscoveryName | undefined): string {
  if (discovery === undefined || !isRegistryName(discovery)) {
    const names = REGISTRY_NAMES.filter((name) => !("startedOnly" in registryKind(name).address));
    throw new UsageError(`--url is for --discovery ${names.join(", ")}`);
  }
  const { address } = registryKind(discovery);
  if ("startedOnly" in address) {
    throw new UsageError(`--url is not for --discovery ${discovery}: ${address.startedOnly}`);
  }
  if (!isAddress(url, address)) {
    throw new UsageError(`--url for --discovery ${discovery} is a URL such as ${address.example}, not "${url}"`);
  }
  return url;
}

function isDiscoveryName(value: unknown): value is DiscoveryName {
  return (DISCOVERY_NAMES as readonly unknown[]).includes(value);
}
