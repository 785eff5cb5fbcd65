import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../support/ports.ts";
import { type FindProgramOptions, findProgram, type Program } from "./find-program.ts";
import { answers, ServerProcess } from "./server-process.ts";

const MODULE = "github.com/hashicorp/consul";
const GO = {
  name: "consul",
  module: MODULE,
  version: "v1.22.7",
  // Its own sources use more of this than the version that it asks for has: they replace it by a folder beside them.
  requires: [`${MODULE}/api@v1.34.1`],
};

/** @throws Error that says why there is none */
export function findConsul(options?: FindProgramOptions): Promise<Program> {
  return findProgram({ program: "consul", versionArguments: ["version"], go: GO }, options);
}

export interface ConsulOptions {
  /** Deny what no token allows. This one allows everything. */
  readonly managementToken?: string;
  /** Speak HTTPS alone with these files, in PEM. */
  readonly tls?: { readonly ca: string; readonly certificate: string; readonly key: string; readonly mutual?: boolean };
  /** Keep what is registered in its folder, to be there after a restart. Without it the agent forgets, as `-dev` does. */
  readonly remembers?: boolean;
}

/** A Consul agent on this machine that is its own only server. */
export class ConsulServer implements AsyncDisposable {
  readonly process: ServerProcess;
  /** Of the HTTP interface. */
  readonly port: number;
  readonly url: string;

  private constructor(process: ServerProcess, port: number, url: string) {
    this.process = process;
    this.port = port;
    this.url = url;
  }

  static async start(program: Program, options: ConsulOptions = {}): Promise<ConsulServer> {
    const [port, server, serf] = [await freePort(), await freePort(), await freePort()];
    const { tls, managementToken, remembers = false } = options;
    const url = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
    const process = await ServerProcess.start("consul", async (folder) => {
      const config = join(folder, "config.json");
      await writeFile(config, JSON.stringify(configFor(options, { port, server, serf })));
      const mode = remembers ? ["-server", "-bootstrap-expect=1", `-data-dir=${join(folder, "data")}`] : ["-dev"];
      return {
        command: [program.path, "agent", ...mode, "-node=agent-1", `-config-file=${config}`],
        ready: async (child, signal) => {
          if (tls) await child.find((line) => line.includes("Synced node info"), 0);
          else await answers(() => isReady(url, managementToken, signal), signal);
        },
      };
    });
    return new ConsulServer(process, port, url);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** It has a leader, is registered itself, and knows its tokens. */
async function isReady(url: string, token: string | undefined, signal: AbortSignal): Promise<void> {
  const headers = token === undefined ? {} : { "x-consul-token": token };
  const response = await fetch(`${url}/v1/health/service/consul?passing`, { headers, signal });
  const entries = response.ok ? ((await response.json()) as unknown[]) : [];
  if (entries.length === 0) throw new Error("it is not ready");
}

interface Ports {
  readonly port: number;
  readonly server: number;
  readonly serf: number;
}

function configFor({ managementToken, tls }: ConsulOptions, { port, server, serf }: Ports): object {
  const off = { dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 };
  const http = tls ? { http: -1, https: port } : { http: port, https: -1 };
  const tokens = { initial_management: managementToken, agent: managementToken };
  return {
    bind_addr: "127.0.0.1",
    log_level: "INFO",
    disable_update_check: true,
    ports: { ...off, ...http, server, serf_lan: serf },
    // Or a server that was killed takes ten seconds to elect itself.
    performance: { raft_multiplier: 1 },
    ...(managementToken === undefined ? {} : { acl: { enabled: true, default_policy: "deny", tokens } }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            https: {
              ca_file: tls.ca,
              cert_file: tls.certificate,
              key_file: tls.key,
              verify_incoming: tls.mutual ?? false,
            },
          },
        }),
  };
}
