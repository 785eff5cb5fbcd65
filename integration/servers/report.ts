import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Names the file through which the processes that run tests tell the reporter what they found. */
export const REPORT_VARIABLE = "ROLLCALL_SERVERS_REPORT";
/** Names servers, with commas between them, without which a run has failed. */
export const REQUIRE_VARIABLE = "ROLLCALL_REQUIRE";

/** What became of one server in one file of tests. */
export interface ServerReport {
  readonly name: string;
  /** Which one it was: a version, a path. */
  readonly real?: string;
  /** Why there was none, and what to do about it. */
  readonly skipped?: string;
}

/** A server, or something like it that tests need of the machine. */
export interface Found {
  readonly description: string;
}

/**
 * Looks for a server on behalf of a file of tests, and leaves word for the end of the run. Undefined when it cannot be
 * had: the tests are then skipped, with `describe.skipIf`.
 *
 * @param name as in `ROLLCALL_REQUIRE`
 * @param find rejects with an error that says why not, and what to do
 * @throws Error when it cannot be had although `ROLLCALL_REQUIRE` names it
 */
export async function findServer<T extends Found>(name: string, find: () => Promise<T>): Promise<T | undefined> {
  try {
    const found = await find();
    leaveWord({ name, real: found.description });
    return found;
  } catch (cause) {
    const reason = (cause as Error).message;
    leaveWord({ name, skipped: reason });
    if (!requiredServers().includes(name)) return undefined;
    throw new Error(`${REQUIRE_VARIABLE} names ${name}, which cannot be had: ${reason}`, { cause });
  }
}

/** The servers that `ROLLCALL_REQUIRE` names. */
export function requiredServers(): string[] {
  return (process.env[REQUIRE_VARIABLE] ?? "").split(",").flatMap((name) => name.trim() || []);
}

/** What has been left in a report, one line per server: the worst that became of it. */
export function readReport(file: string): ServerReport[] {
  const reports = new Map<string, ServerReport>();
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  for (const report of lines.map((line) => JSON.parse(line) as ServerReport)) {
    if (reports.get(report.name)?.skipped === undefined) reports.set(report.name, report);
  }
  return [...reports.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function leaveWord(report: ServerReport): void {
  const file = process.env[REPORT_VARIABLE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(report)}\n`);
}
