import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Order, Report } from "./messages.js";
import { type Exit, NodeView } from "./node-view.js";

/** As much of what a process wrote to its standard error as is kept to be shown, in characters. */
const COMPLAINT_LENGTH = 2_000;

export interface NodeListener {
  told(node: NodeHandle, report: Report): void;
  /** Comes after the last report. */
  exited(node: NodeHandle, exit: Exit): void;
}

/** A process of the demonstration, as its parent sees it. Whoever makes one makes sure that it is gone in the end. */
export class NodeHandle {
  readonly view: NodeView;
  readonly #process: ChildProcess;
  #complaint = "";

  constructor(name: string, listener: NodeListener) {
    const program = fileURLToPath(new URL("./node/node-process.js", import.meta.url));
    // Options of this process, such as a debugger's port, are not for the others.
    this.#process = fork(program, { execArgv: [], stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.view = new NodeView(name, this.#process.pid ?? 0);
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_LENGTH);
    });
    this.#process.on("message", (report: Report) => listener.told(this, report));
    // `close` comes after `exit`, once everything it wrote has been read.
    this.#process.on("close", (code, signal) => listener.exited(this, { code, signal }));
    this.#process.on("error", (error) => {
      this.#complaint += error.message;
      if (this.#process.pid === undefined) listener.exited(this, { code: null, signal: null });
    });
  }

  /** What it wrote to its standard error last; empty if nothing. */
  get complaint(): string {
    return this.#complaint.trim();
  }

  /** Does nothing when the process is gone. */
  order(order: Order): void {
    // It may be gone before it reads this; then its exit is what is told.
    if (this.#process.connected) this.#process.send(order, () => {});
  }

  /** Ends the process at once, whatever it is doing. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
