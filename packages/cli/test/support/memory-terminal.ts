import type { Terminal } from "../../src/terminal/terminal.js";

/** A terminal that remembers what was written to it. */
export class MemoryTerminal implements Terminal {
  out = "";
  err = "";
  readonly stdout = { write: (text: string) => (this.out += text) };
  readonly stderr = { write: (text: string) => (this.err += text) };
  readonly env: Record<string, string> = {};
}
