import { type OptionSpecs, type OptionValues, UsageError } from "../command.js";
import { MAX_NODES } from "./cast.js";
import { LATECOMERS } from "./story.js";

export interface DemoOptions {
  readonly nodes: number;
  /** Undefined: whatever works best here. */
  readonly discovery: "mdns" | "file" | undefined;
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
    value: "mdns|file",
    help: "How they find each other. Default mdns, and file where multicast does not work.",
  },
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
  const { discovery, nodes, keep, json } = values;
  if (discovery !== undefined && discovery !== "mdns" && discovery !== "file") {
    throw new UsageError(`--discovery is mdns or file, not "${discovery}"`);
  }
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
  return { nodes: number, discovery, keep: keep === true, json: json === true, stepTimeoutMs: stepSeconds * 1000 };
}
