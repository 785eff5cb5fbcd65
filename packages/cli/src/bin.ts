#!/usr/bin/env node
import { runProgram } from "./program.js";

// Not process.exit(): what was written to a pipe has to get there, and a handle that stayed open has to show.
process.exitCode = await runProgram(process.argv.slice(2), process);
