import type { ToChild, ToParent } from "./protocol.ts";

export type Tell = (message: ToParent) => void;

/** Runs a node under the parent's orders. @param start listens, and gives the port */
export function runChild(start: (contacts: readonly number[], size: number, tell: Tell) => Promise<number>): void {
  const tell: Tell = (message) => {
    process.send?.(message);
  };
  process.on("message", (message: ToChild) => {
    if (message.kind === "start") {
      void start(message.contacts, message.size, tell).then((port) => tell({ kind: "listening", port }));
    } else {
      const end = performance.now() + message.ms;
      while (performance.now() < end);
      tell({ kind: "stalled" });
    }
  });
  process.on("disconnect", () => process.exit(0));
  tell({ kind: "ready" });
}
