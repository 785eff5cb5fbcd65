import { parseEndpoint } from "@rollcall/core";
import { Program, type ProgramOptions } from "./program.ts";

/** A node that runs as a process of its own. */
export interface MemberProcess {
  readonly program: Program;
  readonly address: string;
  readonly port: number;
  readonly id: string;
}

/** Resolves when the node listens. */
export async function startMember(
  port: number,
  contacts: readonly string[],
  options: Omit<ProgramOptions, "args"> = {},
): Promise<MemberProcess> {
  const program = Program.start("member", { ...options, args: [String(port), ...contacts] });
  const { address, id } = JSON.parse(await program.line()) as { address: string; id: string };
  return { program, address, port: parseEndpoint(address).port, id };
}
