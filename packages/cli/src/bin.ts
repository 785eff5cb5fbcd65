#!/usr/bin/env node
import { runProgram } from "./program.js";

// Whoever read the output has gone, as `| head` does: ends as programs do that know nothing of it, by SIGPIPE.
const SIGPIPE_EXIT_CODE = 141;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(SIGPIPE_EXIT_CODE);
  console.error(`rollcall: the output cannot be written: ${error.message}`);
  process.exit(1);
});

// Not process.exit(): what was written to a pipe has to get there, and a handle that stayed open has to show.
process.exitCode = await runProgram(process.argv.slice(2), process);
