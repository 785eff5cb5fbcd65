import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BROKEN_ZONE, type Change, ready, recordLine, ZONE, type ZoneServer, zoneHead } from "../dns/zone-server.ts";
import { freePort } from "../support/ports.ts";
import { type FindProgramOptions, findProgram, type Program } from "./find-program.ts";
import { ServerProcess } from "./server-process.ts";

const VERSION = "v1.15.0";

/** What Kubernetes runs. @throws Error that says why there is none */
export function findCoreDns(options?: FindProgramOptions): Promise<Program> {
  const go = { name: "coredns", module: "github.com/coredns/coredns", version: VERSION };
  return findProgram({ program: "coredns", versionArguments: ["-version"], go }, options);
}

/** CoreDNS with a zone file, which it looks at ten times a second. */
export class CoreDnsServer implements ZoneServer {
  readonly port: number;
  readonly process: ServerProcess;
  readonly #file: string;
  readonly #lines = new Set<string>();
  #serial = 1;

  private constructor(port: number, process: ServerProcess, file: string) {
    this.port = port;
    this.process = process;
    this.#file = file;
  }

  static async start({ path }: Program): Promise<CoreDnsServer> {
    const port = await freePort();
    let file = "";
    const process = await ServerProcess.start("coredns", async (folder) => {
      file = join(folder, "zone.db");
      const configuration = join(folder, "Corefile");
      await writeFile(file, zoneHead(1));
      await writeFile(configuration, corefile(file, port));
      return { command: [path, "-conf", configuration], ready: (_child, signal) => ready(port, signal) };
    });
    return new CoreDnsServer(port, process, file);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async change({ add = [], remove = [] }: Change): Promise<void> {
    for (const record of remove) this.#lines.delete(recordLine(record));
    for (const record of add) this.#lines.add(recordLine(record));
    const serial = ++this.#serial;
    await writeFile(this.#file, `${zoneHead(serial)}${[...this.#lines].join("\n")}\n`);
    await ready(this.port, AbortSignal.timeout(10_000), (now) => now === serial);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

function corefile(file: string, port: number): string {
  return `
${ZONE}:${port} {
  bind 127.0.0.1
  file ${file} {
    reload 100ms
  }
  loadbalance
}
${BROKEN_ZONE}:${port} {
  bind 127.0.0.1
  forward . 127.0.0.1:1
}
`;
}
