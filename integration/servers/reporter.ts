import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reporter } from "vitest/node";
import { REPORT_VARIABLE, REQUIRE_VARIABLE, readReport, requiredServers } from "./report.ts";

/** Says at the end of a run which servers its tests ran against, and fails it when a required one was missing. */
export default class ServersReporter implements Reporter {
  /** Given where one report is about several runs; whoever gives it removes it. */
  readonly #given = process.env[REPORT_VARIABLE];
  readonly #file = this.#given ?? join(tmpdir(), `rollcall-servers-${process.pid}.jsonl`);

  onInit(): void {
    if (this.#given !== undefined) return;
    rmSync(this.#file, { force: true });
    // Handed on to the processes that run the tests.
    process.env[REPORT_VARIABLE] = this.#file;
  }

  onTestRunEnd(): void {
    const reports = readReport(this.#file);
    if (this.#given === undefined) rmSync(this.#file, { force: true });
    if (reports.length > 0) console.log("\nServers that tests ran against:");
    for (const { name, real, skipped } of reports) {
      console.log(`  ${name}: ${skipped === undefined ? `real (${real})` : `skipped: ${skipped}`}`);
    }
    for (const name of requiredServers()) {
      if (reports.some((report) => report.name === name && report.skipped === undefined)) continue;
      console.error(`${REQUIRE_VARIABLE} names ${name}, and no test ran against it.`);
      process.exitCode = 1;
    }
  }
}
