import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BROKEN_ZONE, type Change, ready, TTL_SECONDS, ZONE, type ZoneServer, zoneHead } from "../dns/zone-server.ts";
import { freePort } from "../support/ports.ts";
import { findProgramSet, type ProgramSet } from "./debian-server.ts";
import type { FindProgramOptions } from "./find-program.ts";
import { run } from "./run.ts";
import { ServerProcess } from "./server-process.ts";

export type Knot = ProgramSet<"knotd" | "knotc">;

/** @throws Error that says why there is none */
export function findKnot(options?: FindProgramOptions): Promise<Knot> {
  return findProgramSet(
    {
      name: "knot",
      paths: { knotd: "usr/sbin/knotd", knotc: "usr/sbin/knotc" },
      versionArguments: ["--version"],
      packages: [
        ...["knot", "libknot13", "libdnssec9", "libzscanner4", "liburcu8", "libfstrm0", "libprotobuf-c1", "liblmdb0"],
        ...["libcap-ng0", "libedit2", "libbpf1", "libxdp1", "libmnl0", "libgnutls30", "libelf1", "libmaxminddb0"],
        ...["libidn2-0", "libsystemd0", "libbsd0", "libmd0", "libnghttp2-14"],
      ],
    },
    options,
  );
}

/** Knot DNS with a zone that `knotc` changes, one transaction at a time. */
export class KnotServer implements ZoneServer {
  readonly port: number;
  readonly process: ServerProcess;
  readonly #knot: Knot;
  readonly #socket: string;

  private constructor(knot: Knot, port: number, process: ServerProcess, socket: string) {
    this.#knot = knot;
    this.port = port;
    this.process = process;
    this.#socket = socket;
  }

  static async start(knot: Knot): Promise<KnotServer> {
    const port = await freePort();
    let socket = "";
    const process = await ServerProcess.start("knot", async (folder) => {
      socket = join(folder, "knot.sock");
      const file = join(folder, "knot.conf");
      await writeFile(join(folder, `${ZONE}.zone`), zoneHead(1));
      await writeFile(file, configuration(folder, socket, port));
      return {
        command: [knot.programs.knotd, "-c", file],
        env: knot.env,
        ready: (_child, signal) => ready(port, signal),
      };
    });
    return new KnotServer(knot, port, process, socket);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async change({ add = [], remove = [] }: Change): Promise<void> {
    const commands = [
      `zone-begin ${ZONE}`,
      ...remove.map(({ name, type, data }) => `zone-unset ${ZONE} ${name}. ${type} ${data}`),
      ...add.map(({ name, type, data }) => `zone-set ${ZONE} ${name}. ${TTL_SECONDS} ${type} ${data}`),
      `zone-commit ${ZONE}`,
    ];
    const env = { ...process.env, ...this.#knot.env };
    const input = `${commands.join("\n")}\n`;
    await run([this.#knot.programs.knotc, "-s", this.#socket], { env, input });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

function configuration(folder: string, socket: string, port: number): string {
  return `
server:
  rundir: "${folder}"
  listen: 127.0.0.1@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: "${socket}"
database:
  storage: "${folder}"
log:
  - target: stderr
    any: info
template:
  - id: default
    storage: "${folder}"
    zonefile-sync: 0
zone:
  - domain: ${ZONE}
  - domain: ${BROKEN_ZONE}
`;
}
