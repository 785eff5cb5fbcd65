import { join } from "node:path";
import { freePort } from "../support/ports.ts";
import { type FindProgramOptions, findProgram, type Program } from "./find-program.ts";
import { answers, ServerProcess } from "./server-process.ts";

/** The old one is Debian's, or what is installed; the new one is the newest; any is whichever can be had sooner. */
export type EtcdAge = "old" | "new" | "any";

const NEWEST = "v3.6.16";
const DEBIAN = { packages: ["etcd-server"], path: "usr/bin/etcd" };
const isNewest = (said: string) => said.includes(NEWEST.slice(1));

/** @throws Error that says why there is none */
export function findEtcd(age: EtcdAge, options?: FindProgramOptions): Promise<Program> {
  const sources = { program: "etcd", versionArguments: ["--version"] };
  if (age === "old") return findProgram({ ...sources, accepts: (said) => !isNewest(said), debian: DEBIAN }, options);
  const debian = age === "any" ? { debian: DEBIAN } : {};
  const accepts = (said: string) => age === "any" || isNewest(said);
  const go = { name: "etcd", module: "go.etcd.io/etcd/server/v3", version: NEWEST };
  return findProgram({ ...sources, ...debian, accepts, go }, options);
}

export interface EtcdFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  /** Whether clients have to show a certificate of that authority. */
  readonly mutual?: boolean;
}

export interface EtcdOptions {
  /** Serve clients with TLS. */
  readonly tls?: EtcdFiles;
  /** Further flags. */
  readonly flags?: readonly string[];
}

/** An etcd cluster on this machine, of one member as a rule. */
export class EtcdServer implements AsyncDisposable {
  readonly process: ServerProcess;
  /** Where it serves clients. */
  readonly port: number;

  private constructor(process: ServerProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  /** Starts one that is its own cluster. */
  static async start(program: Program, options: EtcdOptions = {}): Promise<EtcdServer> {
    const [server] = await EtcdServer.startCluster(program, 1, options);
    return server as EtcdServer;
  }

  /** Starts so many that are one cluster. */
  static async startCluster(program: Program, size: number, options: EtcdOptions = {}): Promise<EtcdServer[]> {
    const members = await Promise.all(
      Array.from({ length: size }, async (_, index) => {
        return { name: `member-${index + 1}`, client: await freePort(), peer: await freePort() };
      }),
    );
    const cluster = members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(",");
    return Promise.all(
      members.map(async ({ name, client, peer }) => {
        const { tls, flags = [] } = options;
        const url = `${tls ? "https" : "http"}://127.0.0.1:${client}`;
        const peerUrl = `http://127.0.0.1:${peer}`;
        const metrics = `http://127.0.0.1:${await freePort()}`;
        const secure = tls ? tlsFlags(tls) : [];
        const process = await ServerProcess.start("etcd", (folder) => ({
          command: [
            ...([program.path, "--name", name, "--data-dir", join(folder, "data"), "--logger", "zap"] as const),
            ...["--listen-client-urls", url, "--advertise-client-urls", url, "--listen-metrics-urls", metrics],
            ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl, "--initial-cluster", cluster],
            ...secure,
            ...flags,
          ],
          ready: (_child, signal) =>
            answers(async () => {
              const { ok } = await fetch(`${metrics}/health`, { signal });
              if (!ok) throw new Error("it has no leader");
            }, signal),
        }));
        return new EtcdServer(process, client);
      }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

function tlsFlags({ ca, certificate, key, mutual = false }: EtcdFiles): string[] {
  const files = ["--cert-file", certificate, "--key-file", key];
  // Naming an authority is enough for etcd 3.4 to ask clients for a certificate.
  return mutual ? [...files, "--trusted-ca-file", ca, "--client-cert-auth"] : files;
}
