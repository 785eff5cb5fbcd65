import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BROKEN_ZONE, type Change, ready, recordLine, ZONE, type ZoneServer, zoneHead } from "../dns/zone-server.ts";
import { freePort } from "../support/ports.ts";
import { findProgramSet, type ProgramSet } from "./debian-server.ts";
import type { FindProgramOptions, Program } from "./find-program.ts";
import { run } from "./run.ts";
import { ServerProcess } from "./server-process.ts";

export type Bind = ProgramSet<"named" | "nsupdate">;

/** @throws Error that says why there is none */
export function findBind(options?: FindProgramOptions): Promise<Bind> {
  return findProgramSet(
    {
      name: "bind9",
      paths: { named: "usr/sbin/named", nsupdate: "usr/bin/nsupdate" },
      versionArguments: ["-v"],
      packages: [
        ...["bind9", "bind9-libs", "bind9-utils", "bind9-dnsutils", "libcap2", "libedit2", "libfstrm0", "libicu72"],
        ...["libgssapi-krb5-2", "libjemalloc2", "libjson-c5", "liblmdb0", "libmaxminddb0", "libnghttp2-14", "libbsd0"],
        ...["libmd0", "libprotobuf-c1", "libuv1", "libxml2"],
      ],
    },
    options,
  );
}

/** The server alone. @throws Error that says why there is none */
export async function findNamed(): Promise<Program> {
  const { programs, env, description } = await findBind();
  return { path: programs.named, env, description };
}

/** What fits one message. */
const MOST_AT_ONCE = 500;

/** BIND with a zone that `nsupdate` changes. It gives its answers in another order each time. */
export class BindServer implements ZoneServer {
  readonly port: number;
  readonly process: ServerProcess;
  readonly #bind: Bind;

  private constructor(bind: Bind, port: number, process: ServerProcess) {
    this.#bind = bind;
    this.port = port;
    this.process = process;
  }

  static async start(bind: Bind): Promise<BindServer> {
    const port = await freePort();
    const process = await ServerProcess.start("bind", async (folder) => {
      await writeFile(join(folder, "zone.db"), zoneHead(1));
      await writeFile(join(folder, "named.conf"), configuration(folder, port));
      return {
        command: [bind.programs.named, "-g", "-n", "1", "-c", join(folder, "named.conf")],
        env: bind.env,
        ready: (_child, signal) => ready(port, signal),
      };
    });
    return new BindServer(bind, port, process);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async change({ add = [], remove = [] }: Change): Promise<void> {
    const updates = [
      ...remove.map(({ name, type, data }) => `update delete ${name}. ${type} ${data}`),
      ...add.map((record) => `update add ${recordLine(record)}`),
    ];
    const lines = [`server 127.0.0.1 ${this.port}`, `zone ${ZONE}`];
    while (updates.length > 0) lines.push(...updates.splice(0, MOST_AT_ONCE), "send");
    const env = { ...process.env, ...this.#bind.env };
    // By TCP, as a change of many records fits no datagram.
    await run([this.#bind.programs.nsupdate, "-v"], { env, input: `${lines.join("\n")}\n` });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

function configuration(folder: string, port: number): string {
  return `
options {
  directory "${folder}";
  pid-file none;
  session-keyfile none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  rrset-order { order cyclic; };
  max-records-per-type 0;
};
controls { };
zone "${ZONE}" { type primary; file "zone.db"; allow-update { 127.0.0.1; }; notify no; };
zone "${BROKEN_ZONE}" { type primary; file "missing.db"; };
`;
}
