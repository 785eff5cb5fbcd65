/**
 * The `rollcall` command, for programs that want a part of it.
 *
 * @packageDocumentation
 */
export { type FormatExplanationOptions, formatExplanation } from "./explain/format-explanation.js";
export { runProgram } from "./program.js";
export type { Palette, Style } from "./terminal/palette.js";
export type { Output, Terminal } from "./terminal/terminal.js";
