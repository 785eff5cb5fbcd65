import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../support/ports.ts";
import { type FindProgramOptions, findProgram, type Program } from "./find-program.ts";
import { answers, ServerProcess } from "./server-process.ts";

/** The old one is Debian's, of 2022; the new one is the newest; any is whichever can be had sooner. */
export type NatsAge = "old" | "new" | "any";

const NEWEST = "v2.15.3";
const DEBIAN = { packages: ["nats-server"], path: "usr/sbin/nats-server" };
const isOld = (version: string) => /v2\.9\./.test(version);

/** @throws Error that says why there is none */
export function findNats(age: NatsAge, options?: FindProgramOptions): Promise<Program> {
  const sources = { program: "nats-server", versionArguments: ["--version"] };
  if (age === "old") return findProgram({ ...sources, accepts: isOld, debian: DEBIAN }, options);
  const debian = age === "any" ? { debian: DEBIAN } : {};
  const accepts = (version: string) => age === "any" || version.includes(NEWEST);
  const go = { name: "nats-server", module: "github.com/nats-io/nats-server/v2", version: NEWEST };
  return findProgram({ ...sources, ...debian, accepts, go }, options);
}

/** A NATS server on this machine, without JetStream. */
export class NatsServer implements AsyncDisposable {
  readonly process: ServerProcess;
  /** Where it serves clients. */
  readonly port: number;
  readonly #configuration: string;

  private constructor(process: ServerProcess, port: number, configuration: string) {
    this.process = process;
    this.port = port;
    this.#configuration = configuration;
  }

  /** @param configuration as in the server's file; where it listens is said already */
  static async start(program: Program, configuration = ""): Promise<NatsServer> {
    const port = await freePort();
    let file = "";
    const process = await ServerProcess.start("nats", async (folder) => {
      file = join(folder, "nats.conf");
      await writeFile(file, complete(port, configuration));
      return {
        command: [program.path, "--config", file],
        ready: (_child, signal) => answers(() => greeting(port), signal),
      };
    });
    return new NatsServer(process, port, file);
  }

  /** Starts so many that hand each other's messages on, and tell clients of each other. */
  static async startCluster(program: Program, size: number): Promise<NatsServer[]> {
    const routes = await Promise.all(Array.from({ length: size }, () => freePort()));
    const urls = routes.map((port) => `nats://127.0.0.1:${port}`).join(", ");
    return Promise.all(
      routes.map((port) =>
        NatsServer.start(program, `cluster { name: test, listen: "127.0.0.1:${port}", routes: [${urls}] }`),
      ),
    );
  }

  /** Has it read another configuration, as an administrator would. */
  async configure(configuration: string): Promise<void> {
    await writeFile(this.#configuration, complete(this.port, configuration));
    await this.process.reload((line) => line.includes("Reloaded server configuration"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

function complete(port: number, configuration: string): string {
  return `listen: "127.0.0.1:${port}"\n${configuration}\n`;
}

/** Resolves when it says the first word; one that speaks TLS from the first byte on says none, and is ready as well. */
function greeting(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const done = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.on("data", () => done(resolve));
    socket.on("error", (error) => done(() => reject(error)));
    socket.setTimeout(200, () => done(resolve));
  });
}
