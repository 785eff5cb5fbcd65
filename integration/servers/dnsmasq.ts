import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { udpQuery } from "../dns/udp-query.ts";
import { freePort } from "../support/ports.ts";
import { findProgramSet, type ProgramSet } from "./debian-server.ts";
import type { FindProgramOptions } from "./find-program.ts";
import { answers, ServerProcess } from "./server-process.ts";

export type Dnsmasq = ProgramSet<"dnsmasq">;

/** @throws Error that says why there is none */
export function findDnsmasq(options?: FindProgramOptions): Promise<Dnsmasq> {
  return findProgramSet(
    {
      name: "dnsmasq",
      paths: { dnsmasq: "usr/sbin/dnsmasq" },
      versionArguments: ["--version"],
      packages: [
        ...["dnsmasq-base", "libdbus-1-3", "libidn2-0", "libnettle8", "libhogweed6", "libgmp10", "libsystemd0"],
        ...["libnetfilter-conntrack3", "libnftables1", "libnftnl11", "libnfnetlink0", "libmnl0", "libunistring2"],
        ...["libxtables12", "libjansson4", "libedit2", "libbsd0", "libmd0"],
      ],
    },
    options,
  );
}

export const DOMAIN = "dnsmasq.test";

/** dnsmasq with a file of hosts, which it reads again on SIGHUP. */
export class DnsmasqServer implements AsyncDisposable {
  readonly port: number;
  readonly process: ServerProcess;
  readonly #hosts: string;

  private constructor(port: number, process: ServerProcess, hosts: string) {
    this.port = port;
    this.process = process;
    this.#hosts = hosts;
  }

  /** @param records such as `--srv-host=…`, which it has from the beginning */
  static async start({ programs, env }: Dnsmasq, records: readonly string[] = []): Promise<DnsmasqServer> {
    const port = await freePort();
    let hosts = "";
    const process = await ServerProcess.start("dnsmasq", async (folder) => {
      hosts = join(folder, "hosts");
      await writeFile(hosts, "");
      return {
        command: [
          ...([
            programs.dnsmasq,
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
          ] as const),
          ...[
            `--addn-hosts=${hosts}`,
            `--port=${port}`,
            "--listen-address=127.0.0.1",
            "--bind-interfaces",
            "--user=root",
          ],
          ...[`--local=/${DOMAIN}/`, "--log-facility=-", `--pid-file=${join(folder, "pid")}`],
          ...records,
        ],
        env,
        ready: (_child, signal) => answers(() => udpQuery(port, DOMAIN, "A", signal), signal),
      };
    });
    return new DnsmasqServer(port, process, hosts);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Writes the file of hosts; resolves when the server has read it. @param lines `address name` */
  async write(lines: readonly string[]): Promise<void> {
    await writeFile(this.#hosts, [...lines, ""].join("\n"));
    await this.process.reload((line) => line.includes(`read ${this.#hosts}`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}
