import { isHost } from "@rollcall/core";
import { type OptionSpecs, type OptionValues, UsageError } from "../command.js";

/** What `rollcall certs` is to make. */
export interface CertsOptions {
  /** The names of each node, of which the first gives its files their name. */
  readonly nodes: readonly (readonly string[])[];
  readonly folder: string;
  readonly days: number;
  readonly overwrite: boolean;
}

const DEFAULT_NODES = "localhost/127.0.0.1";
const DEFAULT_FOLDER = "certs";
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_650;

export const CERTS_OPTIONS = {
  nodes: {
    type: "string",
    short: "n",
    value: "LIST",
    help: `One certificate each, with commas between; a node's names and addresses with slashes between. Default ${DEFAULT_NODES}.`,
  },
  out: { type: "string", short: "o", value: "FOLDER", help: `Where to put the files. Default ${DEFAULT_FOLDER}.` },
  days: {
    type: "string",
    short: "d",
    value: "N",
    help: `How long the nodes' certificates are good. Default ${DEFAULT_DAYS}.`,
  },
  force: { type: "boolean", short: "f", help: "Replace certificates of nodes that are there already." },
} satisfies OptionSpecs;

/** @throws UsageError that names the option */
export function readCertsOptions(values: OptionValues): CertsOptions {
  const text = (name: keyof typeof CERTS_OPTIONS, byDefault: string) => String(values[name] ?? byDefault);
  const days = Number(text("days", String(DEFAULT_DAYS)));
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new UsageError(`--days has to be a whole number from 1 to ${MAX_DAYS}`);
  }
  const nodes = text("nodes", DEFAULT_NODES)
    .split(",")
    .map((node) => node.split("/").map((name) => name.trim()));
  const seen = new Set<string>();
  for (const names of nodes) {
    const bad = names.find((name) => !isHost(name));
    if (bad !== undefined) {
      throw new UsageError(`--nodes: "${bad}" is neither a host name nor an address (IPv6 without brackets)`);
    }
    const file = fileName(names);
    if (seen.has(file) || file === "ca") throw new UsageError(`--nodes: two sets of files would be called ${file}`);
    seen.add(file);
  }
  return { nodes, folder: text("out", DEFAULT_FOLDER), days, overwrite: values.force === true };
}

/** The name of a node's files, without the ending. Not every file system takes a colon, nor every program a dash first. */
export function fileName([first = "node"]: readonly string[]): string {
  return first.toLowerCase().replaceAll(":", "_");
}
