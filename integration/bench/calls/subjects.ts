import { findNats, NatsServer } from "../../servers/nats.ts";
import { ErlangSubject } from "./erlang-subject.ts";
import { NodeSubject } from "./node-subject.ts";
import type { StartSubject, Subject } from "./subject.ts";

export const FLOOR = "floor";
export const OURS = "rollcall";
const OURS_WITH_TLS = "rollcall with mTLS";

/** What is asked of a subject: parts of the floor's rate and multiples of its time, microseconds a call. */
export interface Asked {
  readonly at64: number;
  readonly at1024: number;
  readonly oneAtATime?: number;
  readonly processorUs?: number;
}

export const ASKED: Readonly<Record<string, Asked>> = {
  [OURS]: { at64: 0.8, at1024: 0.7, oneAtATime: 1.15, processorUs: 6 },
  [OURS_WITH_TLS]: { at64: 0.7, at1024: 0.6 },
};

/** Who can be measured, by name. */
export const SUBJECTS: Readonly<Record<string, StartSubject>> = {
  [FLOOR]: () => NodeSubject.start(FLOOR, "floor"),
  "lower floor": () => NodeSubject.start("lower floor", "lower-floor"),
  [OURS]: () => NodeSubject.start(OURS, "rollcall"),
  [OURS_WITH_TLS]: () => NodeSubject.start(OURS_WITH_TLS, "rollcall-tls"),
  moleculer: () => NodeSubject.start("moleculer", "moleculer"),
  "grpc-js": () => NodeSubject.start("grpc-js", "grpc"),
  nats: async () => {
    const server = await NatsServer.start(await findNats("any"));
    const address = `127.0.0.1:${server.port}`;
    const dispose = () => server[Symbol.asyncDispose]();
    return NodeSubject.start("nats", "nats", { address, pid: server.process.pid, [Symbol.asyncDispose]: dispose });
  },
  Erlang: () => ErlangSubject.start(),
};

/** Starts those that can be had here; says which cannot, and why. */
export async function startSubjects(names: readonly string[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const name of names) {
    try {
      subjects.push(await (SUBJECTS[name] as StartSubject)());
    } catch (error) {
      // Without the two that are compared there is nothing to measure.
      if (name === FLOOR || name.startsWith(OURS)) throw error;
      console.log(`skipped ${name}: ${(error as Error).message}`);
    }
  }
  return subjects;
}
