import type { Program } from "../servers/find-program.ts";
import { findNats, type NatsAge } from "../servers/nats.ts";
import { findServer } from "../servers/report.ts";

export interface NatsVersion {
  readonly name: string;
  /** Undefined where it cannot be had. */
  readonly program: Program | undefined;
}

async function version(age: NatsAge, name: string): Promise<NatsVersion> {
  return { name, program: await findServer(`nats-${age}`, () => findNats(age)) };
}

/** An old one, as Debian 12 has it, and the newest. */
export const [oldNats, newNats] = await Promise.all([version("old", "NATS 2.9"), version("new", "the newest NATS")]);
export const natsVersions = [oldNats, newNats] as const;
