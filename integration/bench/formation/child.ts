import { readFileSync } from "node:fs";
import { monotonicMs, type Setup, type ToChild, type ToParent, type Usage } from "./protocol.ts";

/** One node of either kind, as the child process sees it. */
export interface BenchNode {
  start(setup: Setup): Promise<void>;
  /** Calls back whenever the counts may have changed. */
  onChange: () => void;
  /** How many nodes this one knows, itself included. */
  known(): number;
  /** How many of them are up; for a floor that has no such thing, as many as are known. */
  up(): number;
  traffic(): { readonly bytes: number; readonly frames: number; readonly connections: number };
}

/** Runs a node under the parent's orders. */
export function runChild(node: BenchNode): void {
  let setup: Setup | undefined;
  let expected = Number.POSITIVE_INFINITY;
  const pending = new Set<"known" | "up">();
  const tell = (message: ToParent) => process.send?.(message);
  const check = () => {
    if (pending.has("known") && node.known() >= expected) report("known");
    if (pending.has("up") && node.up() >= expected) report("up");
  };
  const report = (kind: "known" | "up") => {
    pending.delete(kind);
    tell({ kind, at: monotonicMs(), expected });
  };
  const expect = (count: number) => {
    expected = count;
    pending.add("known").add("up");
    check();
  };
  node.onChange = check;

  process.on("message", (message: ToChild) => {
    switch (message.kind) {
      case "setup":
        setup = message.setup;
        tell({ kind: "ready" });
        break;
      case "go":
        expect(message.expected);
        void node.start(setup as Setup).then(check);
        break;
      case "expect":
        expect(message.expected);
        break;
      case "usage":
        tell({ kind: "usage", usage: usage(node) });
        break;
    }
  });
  process.on("disconnect", () => process.exit(0));
}

function usage(node: BenchNode): Usage {
  const { user, system } = process.cpuUsage();
  const { bytes, frames, connections } = node.traffic();
  const rollup = readFileSync("/proc/self/smaps_rollup", "utf8");
  const pssKb = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
  return { at: monotonicMs(), cpuMs: (user + system) / 1000, pssKb, sentBytes: bytes, sentFrames: frames, connections };
}
