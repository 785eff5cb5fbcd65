/** A process of its own that plays stories: seeds in, reports out, one at a time. */
import { play } from "../lib/play.ts";
import type { Task } from "../lib/protocol.ts";

// Ctrl-C reaches the whole group; the parent decides when this ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
process.on("message", async (task: Task) => {
  process.send?.(await play(task));
});
