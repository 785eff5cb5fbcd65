import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { cached, serverCache } from "./cache.ts";
import { run, which } from "./run.ts";

/** A program that is built from a Go module. */
export interface GoTool {
  /** Of the program. */
  readonly name: string;
  readonly module: string;
  /** An exact one, so that every run builds the same. */
  readonly version: string;
  /** Further modules with their versions, `module@version`, where the module's own word on them cannot be followed. */
  readonly requires?: readonly string[];
  /** The package of the program, if it is not the module itself. */
  readonly package?: string;
  /** For `-ldflags`, such as what stamps the version into it. */
  readonly linkerFlags?: string;
}

/** The first toolchain that fetches a newer one by itself, if a module asks for it, and knows tools in modules. */
const LEAST_GO = 24;
/** More packages at once than this take more memory than a small machine has. */
const MOST_AT_ONCE = 4;

/**
 * A Go program, built once into a folder of the cache.
 *
 * In a module of its own that requires the tool's: `go install tool@version` refuses modules that replace others, as
 * etcd's and Consul's do, and a module that merely requires them does not see what they replace.
 *
 * @returns the path of the program
 * @throws Error that says what is missing
 */
export async function builtTool(tool: GoTool, cache = serverCache()): Promise<string> {
  const { name, module, version, requires = [], linkerFlags = "" } = tool;
  const build = async (root: string, work: string) => {
    const go = await toolchain(name);
    const env = { ...process.env, GOFLAGS: "-trimpath -buildvcs=false -mod=mod", GOWORK: "off", CGO_ENABLED: "0" };
    await writeFile(join(work, "go.mod"), `module rollcall.invalid/servers/${name}\n\ngo 1.${LEAST_GO}\n`);
    await run([go, "get", `${module}@${version}`, ...requires], { cwd: work, env });
    const parallel = Math.min(MOST_AT_ONCE, availableParallelism());
    const flags = ["-p", String(parallel), "-ldflags", `-s -w ${linkerFlags}`.trim()];
    await run([go, "build", ...flags, "-o", join(root, name), tool.package ?? module], { cwd: work, env });
  };
  return join(await cached(`${name}-${version}`, build, cache), name);
}

async function toolchain(name: string): Promise<string> {
  const go = which("go");
  const advice = `${name} is built from source, which takes Go 1.${LEAST_GO} or newer`;
  if (go === undefined) throw new Error(`${advice}; there is no go on the path`);
  const version = await run([go, "env", "GOVERSION"]);
  const minor = Number(/^go1\.(\d+)/.exec(version.trim())?.[1] ?? 0);
  if (minor < LEAST_GO) throw new Error(`${advice}; ${go} is ${version.trim()}`);
  return go;
}
