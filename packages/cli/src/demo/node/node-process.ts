/**
 * What a process of the demonstration runs. It is told the system's name and how to discover, nothing else; it tells
 * what it sees, and ends when it has left, or soon after the demonstration has gone.
 */

import { removeFolder } from "../discovery-plan.js";
import { machineClock } from "../machine-clock.js";
import type { Order, Report, StartOrder } from "../messages.js";
import { DemoNode } from "./demo-node.js";

/** How long a node whose demonstration has gone may take to leave: nobody is there to end a process that hangs. */
const ORPHAN_LIMIT_MS = 5_000;

let node: DemoNode | undefined;

// Ctrl-C goes to every process of the terminal; the demonstration decides what it means.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => (node === undefined ? process.exit() : node.leave()));
process.on("message", (order: Order) => {
  if (order.kind === "start") void run(order);
  else if (order.kind === "explain") node?.explain();
  else if (node === undefined) process.disconnect();
  else node.leave();
});

async function run(order: StartOrder): Promise<void> {
  node = new DemoNode(order, (body) => tell({ ...body, at: machineClock.now() }));
  const orphaned = () => {
    node?.leave();
    setTimeout(() => {
      removeFolder(order.discovery);
      process.exit(1);
    }, ORPHAN_LIMIT_MS).unref();
  };
  process.once("disconnect", orphaned);
  try {
    await node.run();
  } catch (error) {
    process.exitCode = 1;
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error), at: machineClock.now() });
  }
  process.off("disconnect", orphaned);
  // From here on nothing keeps the process alive, unless something was not given back.
  if (process.connected) process.disconnect();
  else removeFolder(order.discovery);
}

function tell(report: Report): void {
  // The parent may be gone by the time it is sent; then there is nobody to tell.
  if (process.connected) process.send?.(report, () => {});
}
