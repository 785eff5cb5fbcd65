import { setTimeout as pause } from "node:timers/promises";
import type { ServerProcess } from "../servers/server-process.ts";
import { udpQuery } from "./udp-query.ts";

/** The zone that servers have. Everything in it lives for one second, also that there is nothing. */
export const ZONE = "rollcall.test";
/** A zone that they cannot give answers about (SERVFAIL). What else they are asked they refuse. */
export const BROKEN_ZONE = "broken.test";

export const TTL_SECONDS = 1;

/** A server of this machine that has not answered by then will not, in milliseconds. */
const SILENT_MS = 150;

/** One record, as in a zone file. */
export interface ZoneRecord {
  /** All of it, without a dot at its end. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "SRV";
  readonly data: string;
}

export interface Change {
  readonly add?: readonly ZoneRecord[];
  readonly remove?: readonly ZoneRecord[];
}

/** A name server that runs, whose zone is changed by its own means. Disposing stops it. */
export interface ZoneServer extends AsyncDisposable {
  /** `127.0.0.1:port`, for UDP and TCP. */
  readonly address: string;
  readonly port: number;
  readonly process: ServerProcess;
  /** Makes a change, all at once unless it is very large. Resolves when the server answers with it. */
  change(change: Change): Promise<void>;
}

/** What a zone file begins with. */
export function zoneHead(serial: number): string {
  return [
    `$ORIGIN ${ZONE}.`,
    `$TTL ${TTL_SECONDS}`,
    `@ ${TTL_SECONDS} IN SOA ns.${ZONE}. admin.${ZONE}. ${serial} 3600 600 86400 ${TTL_SECONDS}`,
    `@ IN NS ns.${ZONE}.`,
    "ns IN A 127.0.0.1",
    "",
  ].join("\n");
}

/** As in a zone file. */
export function recordLine({ name, type, data }: ZoneRecord): string {
  return `${name}. ${TTL_SECONDS} IN ${type} ${data}`;
}

export function serviceRecord(name: string, target: string, port: number, weight = 0): ZoneRecord {
  return { name, type: "SRV", data: `0 ${weight} ${port} ${target}.` };
}

export function addressRecord(name: string, address: string): ZoneRecord {
  return { name, type: address.includes(":") ? "AAAA" : "A", data: address };
}

/** Resolves when the server answers about the zone. */
export async function ready(port: number, signal: AbortSignal, accepts: (serial: number) => boolean = () => true) {
  for (;;) {
    const serial = await udpQuery(port, ZONE, "SOA", signal).then(
      ({ answers = [] }) => answers.flatMap((answer) => (answer.type === "SOA" ? answer.data.serial : []))[0],
      () => undefined,
    );
    if (serial !== undefined && accepts(serial ?? 0)) return;
    signal.throwIfAborted();
    await pause(10);
  }
}

/** Pauses the server; resolves when it does not answer any more, as a process does not stop in the middle of a step. */
export async function silence({ process, port }: ZoneServer): Promise<void> {
  process.pause();
  const isSilent = () =>
    udpQuery(port, ZONE, "SOA", AbortSignal.timeout(SILENT_MS)).then(
      () => false,
      () => true,
    );
  while (!(await isSilent()));
}
