import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { libraryPath, unpackedPackages } from "./debian-packages.ts";
import type { FindProgramOptions } from "./find-program.ts";
import type { Found } from "./report.ts";
import { run, which } from "./run.ts";

/** Erlang/OTP: what starts a node of it, its compiler, and the mapper that tells nodes where others listen. */
export interface Erlang extends Found {
  readonly erl: string;
  readonly epmd: string;
  readonly env: NodeJS.ProcessEnv;
}

const EVALUATE_VERSION = 'io:format("~s~n", [erlang:system_info(otp_release)]), halt().';

/**
 * Erlang as installed, or else from Debian's packages.
 *
 * @throws Error that says why there is none
 */
export async function findErlang({ ignoreInstalled = false, cache }: FindProgramOptions = {}): Promise<Erlang> {
  const [erl, epmd] = ignoreInstalled ? [] : [which("erl"), which("epmd")];
  if (erl !== undefined && epmd !== undefined) return described({ erl, epmd, env: {} });
  const root = await unpackedPackages("erlang-base", ["erlang-base", "libsctp1", "libtinfo6", "libsystemd0"], cache);
  const home = join(root, "usr/lib/erlang");
  const runtime = (await readdir(home)).find((folder) => folder.startsWith("erts-"));
  const programs = join(home, runtime ?? "", "bin");
  // What `erl` itself sets, for where it was built to be.
  const env = { ROOTDIR: home, BINDIR: programs, EMU: "beam", PROGNAME: "erl" };
  return described({
    erl: join(programs, "erlexec"),
    epmd: join(programs, "epmd"),
    env: { ...env, LD_LIBRARY_PATH: await libraryPath(root) },
  });
}

async function described(erlang: Omit<Erlang, "description">): Promise<Erlang> {
  const { erl, env } = erlang;
  const said = await run([erl, "-noinput", "-boot", "start_clean", "-eval", EVALUATE_VERSION], {
    env: { ...process.env, ...env },
  });
  return { ...erlang, description: `Erlang/OTP ${said.trim()}, ${erl}` };
}
