import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConformanceHarness } from "@rollcall/conformance";
import { formatEndpoint, type ServiceInstance } from "@rollcall/core";
import { staticDiscovery } from "../src/index.js";

const CANNOT_ANNOUNCE = {
  announce: "what is listed is written by somebody else",
  listsItself: "it cannot announce",
  forget: "it cannot announce",
} as const;

const NO_FILE = {
  stall: "there is no request that could go unanswered",
  unavailability: "what is in the process does not go away",
} as const;

/** A file that other programs replace by renaming. */
export function fileHarness(format: "lines" | "json"): ConformanceHarness {
  return {
    name: `static, a file of ${format}`,
    settleMs: 4_000,
    quietMs: 200,
    without: {
      ...CANNOT_ANNOUNCE,
      ...(format === "lines" ? { ids: "a line is a host and a port", metadata: "a line is a host and a port" } : {}),
      stall: "a file cannot be made to answer late",
      unknownService: "a file that does not exist is a failure, not an empty listing",
    },
    async open() {
      const directory = await mkdtemp(join(tmpdir(), "rollcall-static-"));
      const file = join(directory, "nodes");
      let entries: (ServiceInstance | string)[] = [];
      const write = async (next: typeof entries) => {
        entries = next;
        await writeFile(`${file}.new`, encode(format, entries));
        await rename(`${file}.new`, file);
      };
      const others = ({ host, port }: ServiceInstance) =>
        entries.filter((entry) => typeof entry === "string" || entry.host !== host || entry.port !== port);
      await write([]);
      return {
        create: (pass) => staticDiscovery(pass({ file, format, settleMs: 5, pollMs: 60 })),
        add: (instance) => write([...others(instance), instance]),
        remove: (instance) => write(others(instance)),
        addDuplicate: (instance) => write([...entries, { ...instance, id: "another" }]),
        addMalformed: () => write([...entries, "no port"]),
        reorder: () => write(entries.toReversed()),
        makeUnavailable: () => rename(file, `${file}.away`),
        restore: () => rename(`${file}.away`, file),
        dispose: () => rm(directory, { recursive: true }),
      };
    },
  };
}

function encode(format: "lines" | "json", entries: readonly (ServiceInstance | string)[]): string {
  if (format === "json") return JSON.stringify(entries);
  return entries.map((entry) => `${typeof entry === "string" ? entry : formatEndpoint(entry)}\n`).join("");
}

/** What the program gives, once and for all. */
export const listHarness: ConformanceHarness = {
  name: "static, a list",
  quietMs: 100,
  without: {
    ...CANNOT_ANNOUNCE,
    ...NO_FILE,
    changes: "a list in the program does not change",
    order: "a list in the program does not change",
    malformed: "what cannot be read throws at construction",
    unknownService: "there are no services to tell apart",
  },
  open() {
    const instances: ServiceInstance[] = [];
    return {
      create: (pass) => staticDiscovery(pass([...instances])),
      add: (instance) => void instances.push(instance),
      remove: (instance) => void instances.splice(instances.indexOf(instance), 1),
      addDuplicate: (instance) => void instances.push({ ...instance, id: "another" }),
    };
  },
};

let variables = 0;

/** A variable of this process. */
export const envHarness: ConformanceHarness = {
  name: "static, an environment variable",
  quietMs: 100,
  without: {
    ...CANNOT_ANNOUNCE,
    ...NO_FILE,
    changes: "the variable is read when a subscription begins",
    order: "the variable is read when a subscription begins",
    unknownService: "a variable that is not set is a failure, not an empty listing",
    ids: "a text is a host and a port",
    metadata: "a text is a host and a port",
  },
  open() {
    const env = `ROLLCALL_CONFORMANCE_${++variables}`;
    let entries: string[] = [];
    const write = (next: string[]) => {
      entries = next;
      process.env[env] = entries.join(", ");
    };
    write([]);
    return {
      create: (pass) => staticDiscovery(pass({ env })),
      add: (instance) => write([...entries, formatEndpoint(instance)]),
      remove: (instance) => write(entries.filter((entry) => entry !== formatEndpoint(instance))),
      addDuplicate: (instance) => write([...entries, formatEndpoint(instance)]),
      addMalformed: () => write([...entries, "no-port"]),
      dispose: () => void delete process.env[env],
    };
  },
};
